"""How much this Amazon lets through: per region or account, changing over time, told to nobody."""

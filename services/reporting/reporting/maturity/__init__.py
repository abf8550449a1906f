"""How ripe numbers are: arriving, provisional or settled."""

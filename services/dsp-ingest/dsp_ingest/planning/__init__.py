"""What is needed, why and when; cut into few legal reports, within a budget, served in lanes."""

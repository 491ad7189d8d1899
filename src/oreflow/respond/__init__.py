"""What to do: reserves, hedges, contracts and the plan that puts them together."""

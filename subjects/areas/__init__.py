"""Changes of areas: grids drawn, split, merged and retired, and the premises that move with them."""

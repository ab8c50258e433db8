"""The health of the drawing: what is wrong with grids, outlines and the points of premises, found and kept."""

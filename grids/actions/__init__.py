"""Writing areas, people and posts: the one door for pages, API, admin and commands."""

from grids.actions.accounts import add_officer, give_password, set_active
from grids.actions.areas import (
    approve_grid,
    find_area,
    give_localities,
    load_district,
    next_grid_code,
    propose_grid,
    return_grid,
    set_outline,
)
from grids.actions.posts import call_off_posting, end_posting, post_officer, stand_in

__all__ = [
    "add_officer",
    "approve_grid",
    "call_off_posting",
    "end_posting",
    "find_area",
    "give_localities",
    "give_password",
    "load_district",
    "next_grid_code",
    "post_officer",
    "propose_grid",
    "return_grid",
    "set_active",
    "set_outline",
    "stand_in",
]

"""The demonstration district: real places, invented everything else, built through the same actions as a real one."""

"""Help where it hurts: a short page for every empty or odd state. Public, and the same for everybody."""

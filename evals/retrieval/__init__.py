"""How well the library finds what is there: each leg alone and all fused, on folders with gold."""

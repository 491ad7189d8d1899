"""Keys: made, kept in a folder that only their owner can read, replaced, and given up when they are stolen."""

from oreflow.trace.keys.key import ALGORITHMS, ED25519, ML_DSA_44, PublicKey, SigningKey

__all__ = ["ALGORITHMS", "ED25519", "ML_DSA_44", "PublicKey", "SigningKey"]

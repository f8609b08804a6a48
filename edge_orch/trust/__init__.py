"""Trust: keys, seals on messages, and signed envelopes around plans. The only room that imports cryptography."""

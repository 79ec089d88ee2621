"""The reference upstream: a process of its own that speaks the provider contract with real signatures."""

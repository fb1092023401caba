"""The version of the contract between the core and its plugins."""

API_VERSION = "0.1"
"""What a plugin's ``ITWINAI_API`` is compared with; `docs/api.md` says when it changes."""

"""`python -m itwinai_core` is the same program as `itwinai`."""

from itwinai_core.cli import main

if __name__ == "__main__":
    main()

"""What the verbs print as their result: tables on standard output, or JSON."""

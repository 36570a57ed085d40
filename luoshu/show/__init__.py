"""WHAT PEOPLE SEE: pages, server, published site and report."""

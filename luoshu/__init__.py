"""luoshu (洛书): a city region's development plan, from words to results."""

__version__ = "0.1.0"

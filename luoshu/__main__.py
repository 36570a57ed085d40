"""`python -m luoshu` is `luoshu`."""

import sys

from luoshu.cli import main

sys.exit(main())

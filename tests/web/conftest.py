import sys
from pathlib import Path

# The demo application stands beside the tests; importlib mode does not put their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

"""The whole journey of one card, `eoi tour`, in process.

Bar: at most 4 s for all eight steps together after start-up, on a 2-core machine.
Rival: the bare cryptographic operations that the journey cannot do without, by the same libraries in the same run: 10 P-384 key
pairs or ephemeral keys, 14 P-384 signatures and 24 verifications, 4 RSA-3072 and 2 RSA-4096 verifications, 1 RSA-3072 signature,
and 5 PACE runs (4 brainpoolP256r1 multiplications on each side).
Method: `eoi tour --json` three times as a process of its own; the median of the summed step times. The rival is measured five
times, its median taken.
"""

from __future__ import annotations

import json
import secrets
import statistics
import subprocess
import sys
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from result import Result

from openeoi.crypto.domain_parameters import elliptic_curve_group

BAR = 4.0
RUNS = 3
BRAINPOOL_P256R1 = 13
CONTENT = b"the journey of one card"
PADDING = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)


def measure() -> Result:
    figure = statistics.median(tour() for _ in range(RUNS))
    document_signer = rsa.generate_private_key(65537, 3072)
    country_signing = rsa.generate_private_key(65537, 4096)
    bare = statistics.median(bare_operations(document_signer, country_signing) for _ in range(5))
    return Result("tour", "foundation", figure, "s", "the bare cryptography", figure / bare, f"{BAR} s", figure <= BAR)


def tour() -> float:
    """Seconds of all steps after start-up. Raises CalledProcessError when a step fails."""
    command = [sys.executable, "-c", "from openeoi.main.cli import run; run()", "tour", "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["seconds"])


def bare_operations(document_signer: rsa.RSAPrivateKey, country_signing: rsa.RSAPrivateKey) -> float:
    """Seconds for the operations that the docstring lists."""
    by_root = country_signing.sign(CONTENT, PADDING, hashes.SHA256())
    group = elliptic_curve_group(BRAINPOOL_P256R1)
    started = time.perf_counter()
    keys = [ec.generate_private_key(ec.SECP384R1()) for _ in range(10)]
    algorithm = ec.ECDSA(hashes.SHA384())
    signatures = [keys[0].sign(CONTENT, algorithm) for _ in range(14)]
    for _ in range(24):
        keys[0].public_key().verify(signatures[0], CONTENT, algorithm)
    by_signer = document_signer.sign(CONTENT, PADDING, hashes.SHA256())
    for _ in range(4):
        document_signer.public_key().verify(by_signer, CONTENT, PADDING, hashes.SHA256())
    for _ in range(2):
        country_signing.public_key().verify(by_root, CONTENT, PADDING, hashes.SHA256())
    for _ in range(5 * 2 * 4):
        group.multiply(secrets.randbelow(group.order - 1) + 1, group.generator)
    return time.perf_counter() - started

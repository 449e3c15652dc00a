"""GnuTLS' p11tool and certtool: tokens and objects by PKCS#11 address, the way up to the root, signatures with each key."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from interop.desk import INSIDE, Desk, address, pem, verifies
from interop.issued_card import KEYS, PINS, TOKENS
from openeoi.encoding.pkcs15.roles import CredentialRole

pytestmark = pytest.mark.interop


def p11tool(desk: Desk, *arguments: str, role: CredentialRole | None = None) -> str:
    login = ["--login"] if role else []
    environment = {"GNUTLS_PIN": PINS[role]} if role else {}
    return desk.run("p11tool", "--provider", desk.reader.module, "--batch", *login, *arguments, env=environment)


def test_three_tokens_by_their_labels(desk: Desk) -> None:
    """Debian's package tells p11-kit of the module, so that programs with GnuTLS find the card by themselves."""
    listed = desk.run("p11tool", "--list-tokens")
    assert re.findall(r"Label: (.+)", listed)[-3:] == list(TOKENS.values())
    assert re.findall(r"Model: (.+)", listed)[-3:] == ["ChipDocLite"] * 3


@pytest.mark.parametrize("role", CredentialRole)
def test_each_token_has_one_key_its_certificate_and_the_way_up(desk: Desk, role: CredentialRole) -> None:
    listed = p11tool(desk, "--list-all", address(role), role=role)
    objects = [(kind, unquote(name)) for name, kind in re.findall(r"URL: \S*;object=(\S+);type=(\w+)\n", listed)]
    assert [name for kind, name in objects if kind == "private"] == [KEYS[role]]
    certificates = [name for kind, name in objects if kind == "cert"]
    assert certificates[0] == KEYS[role]
    assert len(certificates) == 3
    assert listed.count("(EC/ECDSA-SECP384R1)") == len(objects)


@pytest.mark.parametrize("role", CredentialRole)
def test_the_exported_chain_leads_to_the_states_root(desk: Desk, role: CredentialRole) -> None:
    chain = x509.load_pem_x509_certificates(p11tool(desk, "--export-chain", address(role, "cert"), role=role).encode())
    holder, issuer, root = chain
    assert issuer.public_bytes(Encoding.DER) in desk.issued.anchors.eid_issuing
    assert root.public_bytes(Encoding.DER) in desk.issued.anchors.eid_roots
    for name, certificate in (("root", root), ("issuer", issuer), ("holder", holder)):
        desk.put(f"{name}.pem", certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "issuer.pem", "holder.pem"]
    assert "holder.pem: OK" in verifies(command, desk.reader.shared)


@pytest.mark.parametrize("role", CredentialRole)
def test_each_key_passes_the_signing_test(desk: Desk, role: CredentialRole) -> None:
    for digest in ("sha256", "sha384", "sha512"):
        tested = p11tool(desk, "--test-sign", "--hash", digest, address(role, "private"), role=role)
        assert f"Signing using ECDSA-{digest.upper()}... ok" in tested
        assert tested.count("... ok") == 3, tested


@pytest.mark.parametrize("role", [CredentialRole.HIGH, CredentialRole.QUALIFIED])
def test_certtool_signs_and_openssl_verifies(desk: Desk, role: CredentialRole) -> None:
    message = desk.put("message", "what is signed\n")
    certificate = p11tool(desk, "--export", address(role, "cert"), role=role)
    sign = ["certtool", "--provider", desk.reader.module, "--p7-detached-sign", "--p7-include-cert", "--hash", "SHA384"]
    files = ["--load-certificate", desk.put("holder.pem", certificate), "--infile", message, "--outfile", f"{INSIDE}/message.p7s"]
    desk.run(*sign, "--load-privkey", address(role, "private"), *files, env={"GNUTLS_PIN": PINS[role]})
    desk.put("authorities.pem", pem((*desk.issued.anchors.eid_roots, *desk.issued.anchors.eid_issuing)))
    verify = ["openssl", "cms", "-verify", "-binary", "-inform", "PEM", "-in", "message.p7s", "-content", "message"]
    trust = ["-CAfile", "authorities.pem", "-purpose", "any", "-out", "content"]
    verifies([*verify, *trust], desk.reader.shared)
    assert desk.path("content").read_bytes() == b"what is signed\n"

"""What others say of our containers: xmlsec1 checks the XML signature, unzip finds the container sound."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from openeoi.signing import forms
from openeoi.signing.asic import signature as asic
from openeoi.signing.certificates import check_signing_certificate
from signing.desk_of_tests import CARD, ISSUER, NOW, QUALIFIED

pytestmark = pytest.mark.interop

FILES = {"pogodba č & š.txt": "Življenje je čudež.".encode(), "priloge/tabela.csv": b"a,b\r\n1,2\r\n"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The signed container, unpacked."""
    content = asic.bundle(FILES, NOW)
    prepared = forms.prepare(content, check_signing_certificate(CARD.certificate, [QUALIFIED], NOW), NOW)
    place = tmp_path_factory.mktemp("container")
    (place / "all.asice").write_bytes(forms.finish(content, prepared, CARD.sign_digest(prepared.digest), NOW))
    with zipfile.ZipFile(place / "all.asice") as archive:
        archive.extractall(place)
    (place / "issuer.der").write_bytes(ISSUER.certificate)
    return place


def needs(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program} (Debian package {package})")
    return found


def xmlsec(folder: Path) -> subprocess.CompletedProcess[str]:
    xml = folder / "META-INF/signatures0.xml"
    # xmlsec1 resolves references beside the working directory and does not decode them.
    for name in FILES:
        target = folder / asic.build.uri_of(name)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((folder / name).read_bytes())
    command = [needs("xmlsec1", "xmlsec1"), "--verify", "--trusted-der", str(folder / "issuer.der"), "--verification-time"]
    options = [NOW.strftime("%Y-%m-%d %H:%M:%S"), "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    return subprocess.run([*command, *options, str(xml)], capture_output=True, text=True, cwd=folder)


def test_xmlsec1_verifies_the_signature(folder: Path) -> None:
    result = xmlsec(folder)
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    assert re.search(r"SignedInfo References \(ok/all\): 3/3", said), said


def test_xmlsec1_refuses_a_changed_file(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "pogodba č & š.txt").write_bytes(b"Zivljenje")
    assert xmlsec(copy).returncode != 0


def test_unzip_finds_the_container_sound(folder: Path) -> None:
    result = subprocess.run([needs("unzip", "unzip"), "-t", str(folder / "all.asice")], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "No errors detected" in result.stdout

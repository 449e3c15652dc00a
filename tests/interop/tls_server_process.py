"""A web server that lets in nobody without a certificate under the given authorities, whom it tells what it saw of them.

Arguments: a folder for the server's own certificate (server.pem), the authorities' certificates (PEM). TLS 1.2 and 1.3, on a
port of the system's choice. Says "listening <port>", then for every client "served" or "refused" with the reason.
"""

import datetime
import hashlib
import ipaddress
import json
import socket
import ssl
import sys
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
DAY = datetime.timedelta(days=1)


def own_certificate() -> tuple[bytes, bytes]:
    """Self-signed: certificate and key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "OpenEOI TEST web server")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
    for extension, critical in (
        (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False),
        (x509.BasicConstraints(ca=True, path_length=None), True),
    ):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    return certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def context(folder: Path, authorities: Path) -> ssl.SSLContext:
    certificate, key = own_certificate()
    (folder / "server.pem").write_bytes(certificate)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as both:
        both.write(certificate + key)
        both.flush()
        made.load_cert_chain(both.name)
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    made.load_verify_locations(authorities)
    return made


def serve(client: ssl.SSLSocket) -> None:
    client.recv(4096)
    seen = client.getpeercert(binary_form=True)
    assert seen is not None
    body = json.dumps({"version": client.version(), "certificate": hashlib.sha256(seen).hexdigest()})
    head = f"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall((head + body).encode())
    client.unwrap()


def main(folder: Path, authorities: Path) -> None:
    tls = context(folder, authorities)
    with socket.create_server((HOST, 0)) as listening:
        print("listening", listening.getsockname()[1], flush=True)
        while True:
            connection, _ = listening.accept()
            connection.settimeout(10)
            try:
                with tls.wrap_socket(connection, server_side=True) as client:
                    serve(client)
                print("served", flush=True)
            except OSError as reason:  # ssl.SSLError is one
                print("refused:", reason, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

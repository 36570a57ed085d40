"""The key by which a desk signs its alerts: two files beside the journal, never in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEY = Path("desk") / "alert-key.pem"
CERTIFICATE = Path("desk") / "alert-cert.pem"
KNOWN = Path("desk") / "known-senders"
"""Where the certificates of those lie whose signatures are believed (PEM files)."""

KEY_BITS = 3072
YEARS = 5


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A private key and its certificate, both PEM."""

    key: bytes
    certificate: bytes


def key_of(folder: Path) -> Pair | None:
    """The key of a book's desk; None where none was made."""
    try:
        return Pair(key=(folder / KEY).read_bytes(), certificate=(folder / CERTIFICATE).read_bytes())
    except FileNotFoundError:
        return None


def make_key(folder: Path, name: str, at: datetime) -> tuple[Path, str]:
    """Make a key (readable by its owner only) and a certificate in the sender's name; the path and its SHA-256.

    FileExistsError where there is one: a key that is overwritten leaves everybody with a certificate of nobody. Where
    the disk refuses (OSError) nothing is left, nor does an empty file of an older attempt count as a key.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    from luoshu.desk.capsign import fingerprint

    path = folder / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size:
        raise FileExistsError(17, "there is a key already", str(path))
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    _put({folder / CERTIFICATE: (public, 0o644), path: (secret, 0o600)})  # the key last: without one there is no pair
    return path, fingerprint(certificate)


def _put(files: Mapping[Path, tuple[bytes, int]]) -> None:
    """Write files with their rights so that each comes to stand whole, and none where one cannot be written."""
    made: dict[Path, Path] = {}
    try:
        for path, (text, rights) in files.items():
            made[path] = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(made[path], os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights), "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for path, new in made.items():
            os.replace(new, path)
    finally:
        for new in made.values():
            new.unlink(missing_ok=True)


def signed(data: bytes, pair: Pair) -> tuple[bytes, str]:
    """An alert with a signature over all of it (enveloped, RSA with SHA-256), and the certificate's SHA-256.

    A certificate that has lapsed does not hold an alert up; receivers are told by their own check. ValueError where key
    and certificate do not belong together or cannot be read.
    """
    from lxml import etree
    from signxml.algorithms import SignatureConstructionMethod
    from signxml.signer import XMLSigner

    from luoshu.desk.capparse import parsed
    from luoshu.desk.capsign import certificates, seal_of

    root = parsed(data)
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped, signature_algorithm="rsa-sha256", digest_algorithm="sha256"
    )
    made = signer.sign(root, key=pair.key, cert=pair.certificate.decode())
    text: bytes = etree.tostring(made, xml_declaration=True, encoding="UTF-8")
    known = certificates([pair.certificate])
    seal = seal_of(parsed(text), known)
    if seal.state not in ("known", "lapsed"):
        raise ValueError(f"the signature is not believed: {seal.says} {seal.why}")
    return text, seal.fingerprint


def lapses(folder: Path) -> datetime | None:
    """When the certificate of a book's desk ends; None where there is none that can be read."""
    pair = key_of(folder)
    if pair is None:
        return None
    from luoshu.desk.capsign import certificates

    return next((each.not_valid_after_utc for each in certificates([pair.certificate]).values()), None)


def known_senders(folder: Path) -> dict[str, Certificate]:
    """The certificates of those whose signatures a book believes, and its own, by their SHA-256."""
    from luoshu.desk.capsign import certificates

    paths = [folder / CERTIFICATE, *sorted((folder / KNOWN).glob("*.pem"))]
    return certificates(path.read_bytes() for path in paths if path.is_file())

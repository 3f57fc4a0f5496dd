"""A device that holds one passkey, made of the same parts as the real ones."""

import json
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

Flag = AuthenticatorData.FLAG


class Device:
    def __init__(self, origin: str = "https://portfolio.example", *, counts: bool = True, flags: Flag = Flag.UP | Flag.UV) -> None:
        self.origin, self.counts, self.flags = origin, counts, flags
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.signatures = 0

    def register(self, options: dict) -> str:
        data = AttestedCredentialData.create(b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key()))
        auth_data = self._make_data(options["publicKey"]["rp"]["id"], self.flags | Flag.AT, data)
        attestation = AttestationObject.create("none", auth_data, {})
        client = self._make_client("webauthn.create", options)
        return self._pack(clientDataJSON=client, attestationObject=attestation)

    def sign(self, options: dict) -> str:
        auth_data = self._make_data(options["publicKey"]["rpId"], self.flags)
        client = self._make_client("webauthn.get", options)
        signature = self.key.sign(bytes(auth_data) + sha256(client), ec.ECDSA(SHA256()))
        return self._pack(clientDataJSON=client, authenticatorData=auth_data, signature=signature)

    def _make_data(self, host: str, flags: Flag, data: bytes = b"") -> AuthenticatorData:
        self.signatures += self.counts
        return AuthenticatorData.create(sha256(host.encode()), flags, self.signatures, data)

    def _make_client(self, kind: str, options: dict) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(options["publicKey"]["challenge"]), self.origin)

    def _pack(self, **parts: bytes) -> str:
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": {key: websafe_encode(part) for key, part in parts.items()}})

"""Recorded runs of PACE, each with the random values of both sides.

G.1: ICAO 9303-11, appendix G.1 (ECDH, generic mapping, AES-128, brainpoolP256r1, password: MRZ T22000129364081251010318).
The other two: sessions recorded with OpenSC 0.27 as the terminal; there the terminal's scalars are not known.
"""

from dataclasses import dataclass

from openeoi.encoding.lds.security_infos import PaceInfo
from openeoi.protocols.pace.passwords import PacePassword


@dataclass(frozen=True)
class WorkedExample:
    info: PaceInfo
    password: PacePassword
    exchanges: list[tuple[str, str]]
    card_randoms: list[str]  # mapping scalar, nonce, ephemeral scalar
    terminal_randoms: list[str]  # mapping scalar, ephemeral scalar
    encryption_key: str
    mac_key: str


G_1 = WorkedExample(
    PaceInfo("0.4.0.127.0.7.2.2.4.2.2", 13),
    PacePassword.from_mrz("T22000129364081251010318"),
    [
        ("0022C1A40F800A04007F00070202040202830101", "9000"),
        ("10860000027C0000", "7C12801095A3A016522EE98D01E76CB6B98B42C39000"),
        (
            "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
            "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
            "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
            "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000",
        ),
        (
            "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
            "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
            "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
            "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000",
        ),
        ("008600000C7C0A8508C2B0BD78D94BA86600", "7C0A86083ABB9674BCE93C089000"),
    ],
    [
        "498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560",
        "3F00C4D39D153F2B2A214A078D899B22",
        "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A",
    ],
    [
        "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99",
        "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595",
    ],
    "F5F0E35C0D7161EE6724EE513A0D9A7F",
    "FE251C7858B356B24514B3BD5F4297D1",
)


def _recorded(parameter_id: int, values: dict[str, str]) -> WorkedExample:
    return WorkedExample(
        PaceInfo("0.4.0.127.0.7.2.2.4.2.4", parameter_id),
        PacePassword.from_can("123456"),
        [
            ("0022C1A40F800A04007F00070202040204830102", "9000"),
            ("10860000027C0000", f"7C128010{values['encrypted']}9000"),
            (f"10860000457C438141{values['map PCD']}00", f"7C438241{values['map card']}9000"),
            (f"10860000457C438341{values['eph PCD']}00", f"7C438441{values['eph card']}9000"),
            (f"008600000C7C0A8508{values['token PCD']}00", f"7C0A8608{values['token card']}9000"),
        ],
        [values["x_map"], values["nonce"], values["x_eph"]],
        [],
        values["Kenc"],
        values["Kmac"],
    )


P_256 = _recorded(
    12,
    {
        "nonce": "5f4592374c3b8c85788b3eaf7a5d28fc",
        "encrypted": "4393d565b6eedf80c435b203ca849e93",
        "map PCD": "0471b20045109f51b72f9ecafe21624e5ca46d50eb57530db3bf1a8197f213b59c"
        "f0e333cfcb440afd97f5bc942a8aa3267fecffbfd2b866d7855cd68c522e9bb1",
        "x_map": "62fda1abdad7469fb4eb695f91954c0d8cea29e390783b78c82316aa3eb1ef3c",
        "map card": "041e108e0c28029412121ca21e16d66019086848cdc12538a0afa3f0b34c48a714"
        "7c630d1b45f8d306a23d46fb6dc15f7878ee768edcb8a8a0bb3692b6263b0ff1",
        "eph PCD": "041fa58020b652ca1303b3d1a771b2507f79fd5f7152cf927011252b956dcab0c0"
        "783e97da8128b97874d1905fa0fa61a474338776c0c7663d33c6c2363c9f0e0a",
        "x_eph": "8ef62661cfce7a6d1b7b118e514279187aca45b581864397cfbf6d83359fc1af",
        "eph card": "042e13407c4f359d757f4e19169a4dcd9da78ad4e4e039390996ab0dc0e73fef9f"
        "aa629fe874e0589641aff2424b8fa10f7a42e6085a4029c2c0705348180f3a27",
        "Kenc": "45425ffca81fa5fedbb4669d0e8c120556bf14f7296b2eaa5a9f0335f5d18340",
        "Kmac": "b3df51bc054a355506c8906d9c6d5e9c3114ab85779a21f68333253be7924701",
        "token PCD": "452c8c65f2e1251a",
        "token card": "ced68b8d28d35db2",
    },
)
BRAINPOOL_P_256 = _recorded(
    13,
    {
        "nonce": "2b38abffb8d875e406e5db2de6795a33",
        "encrypted": "93bb6adbec078bc4cf75ae62e6ed922a",
        "map PCD": "0492dcc5d76ed569e0559a2aedd7ec0ecc108c29162719f769941e8d5e185ecd16"
        "60cc01c492e2d398c38310a6f90c47b59875ce07b5ca5249fda9caf77f52b2a7",
        "x_map": "75280e751cdacc67b34af59c08f98727d25eab8f2d825421dc02ca98f136b66e",
        "map card": "0466f7569aeaab49b50f0a8ed0612b5976eda2f0bc091cf84fc8b5523cfe21efbb"
        "7900cde41d1e75bfd47258093405e17a2dd412e0133b58bef1bdb32c45635be8",
        "eph PCD": "0490f64d2448ae872b5d5d4a4c13d0c7284d7c28a779a5a8ed8d7fd8cbaa5ebd94"
        "a02162551a1b9cec6c825045be03db013bfe5b3eb9bf27a82f97d62f0d079174",
        "x_eph": "a8e63be7843865ae829b47253068fdb4e9587e4761323b7b91b5cff141237afa",
        "eph card": "042e52173ecce68e54a087e5ed4e5e696df3b1f2d43034bf216f878b3850bdecb1"
        "2a12d921cfaf0a9ddb594a63f59388e089521bdf0863f3250ed6b8b526522afb",
        "Kenc": "bb632f188b5843dfdc7f415773e17b517eb5315adf48e7f37fecfbb16685e525",
        "Kmac": "9bb8dd3178b663d98f75a3c79c35ff71e9e512dc307c25bb89f14d5b076c7b36",
        "token PCD": "4083b311ede9751b",
        "token card": "82d383e89d969bc2",
    },
)

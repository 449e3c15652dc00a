"""The tables of ISO/IEC 39794-1 and -5, first edition, in the application profile of ICAO (both modules of 39794-5-AP).

This software makes use of the schemas from ISO/IEC 39794-1 and ISO/IEC 39794-5 within modifications permitted in these standards.
Where the profile leaves only an extension block with a fallback of a CHOICE, the table says `_coded`.
"""

from __future__ import annotations

from collections.abc import Mapping

from openeoi.encoding.biometrics.tagged_schema import (
    Boolean,
    Choice,
    Enumerated,
    Integer,
    ListOf,
    Member,
    Octets,
    Record,
    Schema,
)

UNSIGNED_SHORT = Integer(0, 65535)


def _record(*members: Member, extensible: bool = True) -> Record:
    return Record(members, extensible)


def _optional(name: str, kind: Schema) -> Member:
    return Member(name, kind, optional=True)


def _flags(*names: str) -> Record:
    return Record(tuple(_optional(name, Boolean()) for name in names))


def _coded(names: Mapping[int, str]) -> Choice:
    """CHOICE { extensionBlock [1] SEQUENCE { fallback [0] ENUMERATED } }."""
    return Choice({1: Member("extensionBlock", _record(Member("fallback", Enumerated(names))))})


def _numbered(*names: str) -> dict[int, str]:
    return dict(enumerate(names))


# --- ISO/IEC 39794-1 ----------------------------------------------------------------------------------------------------------

VERSION = _record(Member("generation", Integer(3, 65535)), Member("year", Integer(2019, 9999)))
REGISTRY_ID = _record(Member("organization", Integer(1, 65535)), Member("id", Integer(1, 65535)), extensible=False)
DATE_TIME = _record(
    Member("year", Integer(0, 9999)),
    _optional("month", Integer(1, 12)),
    _optional("day", Integer(1, 31)),
    _optional("hour", Integer(0, 23)),
    _optional("minute", Integer(0, 59)),
    _optional("second", Integer(0, 59)),
    _optional("millisecond", Integer(0, 999)),
    extensible=False,
)
SCORE = Integer(0, 100)
SCORE_OR_ERROR = Choice({0: Member("score", SCORE), 1: Member("error", _coded({0: "failureToAssess"}))})
QUALITY = _record(Member("algorithmIdBlock", REGISTRY_ID), Member("scoreOrError", SCORE_OR_ERROR))
PAD_SCORE = _record(Member("mechanismIdBlock", REGISTRY_ID), Member("scoreOrError", SCORE_OR_ERROR))
EXTENDED_DATA = _record(Member("dataTypeIdBlock", REGISTRY_ID), Member("data", Octets()), extensible=False)
PAD_DATA = _record(
    _optional("decision", _coded(_numbered("noAttack", "attack", "failureToAssess"))),
    _optional("scoreBlocks", ListOf(PAD_SCORE)),
    _optional("extendedDataBlocks", ListOf(EXTENDED_DATA)),
    _optional("captureContext", _coded(_numbered("enrolment", "verification", "identification"))),
    _optional("supervisionLevel", _coded(_numbered("unknown", "controlled", "assisted", "observed", "unattended"))),
    _optional("riskLevel", SCORE),
    _optional("criteriaCategory", _coded(_numbered("unknown", "individual", "common"))),
    _optional("parameter", Octets()),
    _optional("challenges", ListOf(Octets())),
    _optional("captureDateTimeBlock", DATE_TIME),
)
POINT_2D = _record(Member("x", UNSIGNED_SHORT), Member("y", UNSIGNED_SHORT), extensible=False)
POINT_3D = _record(Member("x", UNSIGNED_SHORT), Member("y", UNSIGNED_SHORT), Member("z", UNSIGNED_SHORT), extensible=False)

# --- ISO/IEC 39794-5 ----------------------------------------------------------------------------------------------------------

GENDERS = {1: "other", 2: "male", 3: "female"}
_EYES = _numbered("unknown", "other", "black", "blue", "brown", "grey", "green", "hazel", "multi-coloured", "pink")
_HAIR = _numbered("unknown", "other", "bald", "black", "blonde", "brown", "grey", "white", "red", "knownColoured")
_PROPERTIES = _flags(
    *("glasses", "moustache", "beard", "teethVisible", "pupilOrIrisNotVisible", "mouthOpen", "leftEyePatch", "rightEyePatch"),
    *("darkGlasses", "biometricAbsent", "headCoveringsPresent"),
)
_EXPRESSION = _flags("neutral", "smile", "raisedEyebrows", "eyesLookingAwayFromTheCamera", "squinting", "frowning")
_ANGLE = _record(Member("angleValue", Integer(-180, 180)), _optional("angleUncertainty", Integer(0, 180)))
_POSE = _record(
    _optional("yawAngleBlock", _ANGLE),
    _optional("pitchAngleBlock", _ANGLE),
    _optional("rollAngleBlock", _ANGLE),
    extensible=False,
)
IDENTITY_METADATA = _record(
    _optional("gender", _coded(GENDERS)),
    _optional("eyeColour", _coded(_EYES)),
    _optional("hairColour", _coded(_HAIR)),
    _optional("subjectHeight", Integer(1, 65535)),
    _optional("propertiesBlock", _PROPERTIES),
    _optional("expressionBlock", _EXPRESSION),
    _optional("poseAngleBlock", _POSE),
)

# Groups of MPEG-4 feature points: group number and how many points it has, numbered through in this order.
_MPEG4_GROUPS = ((2, 14), (3, 14), (4, 6), (5, 4), (6, 4), (7, 1), (8, 10), (9, 15), (10, 10), (11, 6), (12, 4))
_MPEG4 = _numbered(*(f"{group:02}-{point:02}" for group, count in _MPEG4_GROUPS for point in range(1, count + 1)))
_LANDMARKS = _numbered(
    *("vertex", "glabella", "opisthocranion", "eurionLeft", "eurionRight", "frontotemporaleLeft", "frontotemporaleRight"),
    *("trichion", "zygionLeft", "zygionRight", "gonionLeft", "gonionRight", "sublabiale", "pogonion", "menton"),
    *("condylionLateraleLeft", "condylionLateraleRight", "endocanthionLeft", "endocanthionRight", "exocanthionLeft"),
    *("exocanthionRight", "centerPointOfPupilLeft", "centerPointOfPupilRight", "orbitaleLeft", "orbitaleRight"),
    *("palpebraleSuperiusLeft", "palpebraleSuperiusRight", "palpebraleInferiusLeft", "palpebraleInferiusRight"),
    *("orbitaleSuperiusLeft", "orbitaleSuperiusRight", "superciliareLeft", "superciliareRight", "nasion", "sellion"),
    *("alareLeft", "alareRight", "pronasale", "subnasale", "subalare", "alarCurvatureLeft", "alarCurvatureRight"),
    *("maxillofrontale", "christaPhiltraLandmarkLeft", "christaPhiltraLandmarkRight", "labialeSuperius", "labialeInferius"),
    *("cheilionLeft", "cheilionRight", "stomion", "superauraleLeft", "superauraleRight", "subauraleLeft", "subauraleRight"),
    *("preaurale", "postaurale", "otobasionSuperiusLeft", "otobasionSuperiusRight", "otobasionInferius", "porion", "tragion"),
)
_POINT_NAMES = _numbered(
    *(f"01-{point:02}" for point in (1, 2, 5, 6, 7, 8, 9)),
    *(f"02-{point:02}" for point in (1, 2, 3, 4, 5, 6, 7, 9, 10)),
    *(f"03-{point:02}" for point in range(1, 13)),
    *(f"04-{point:02}" for point in range(1, 5)),
    *(f"05-{point:02}" for point in (1, 2, 3, 4, 6)),
)
_POINT_IDS = _numbered(
    *("v", "g", "op", "eu-left", "eu-right", "ft-left", "ft-right", "tr", "zy-left", "zy-right", "go-left", "go-right", "sl"),
    *("pg", "gn", "cdl-left", "cdl-right", "en-left", "en-right", "ex-left", "ex-right", "p-left", "p-right", "or-left"),
    *("or-right", "ps-left", "ps-right", "pi-left", "pi-right", "os-left", "os-right", "sci-left", "sci-right", "n", "se"),
    *("al-left", "al-right", "prn", "sn", "sbal", "ac-left", "ac-right", "mf-left", "mf-right", "cph-left", "cph-right"),
    *("ls", "li", "ch-left", "ch-right", "sto", "sa-left", "sa-right", "sba-left", "sba-right", "pra-left", "pra-right"),
    *("pa", "obs-left", "obs-right", "obi", "po", "t"),
)
_EMPTY = _record()
_ANTHROPOMETRIC_BASE = Choice(
    {
        0: Member("anthropometricLandmarkName", _coded(_LANDMARKS)),
        1: Member("anthropometricLandmarkPointName", _coded(_POINT_NAMES)),
        2: Member("anthropometricLandmarkPointId", _coded(_POINT_IDS)),
    }
)
_ANTHROPOMETRIC = Choice({0: Member("base", _ANTHROPOMETRIC_BASE), 1: Member("extensionBlock", _EMPTY)})
_KIND_BASE = Choice({0: Member("mpeg4FeaturePoint", _coded(_MPEG4)), 1: Member("anthropometricLandmark", _ANTHROPOMETRIC)})
_KIND = Choice({0: Member("base", _KIND_BASE), 1: Member("extensionBlock", _EMPTY)})
_TEXTURE_POINT = _record(Member("uInPixel", Integer()), Member("vInPixel", Integer()), extensible=False)
_COORDINATES_BASE = Choice(
    {
        0: Member("coordinateCartesian2DBlock", POINT_2D),
        1: Member("coordinateTextureImageBlock", _TEXTURE_POINT),
        2: Member("coordinateCartesian3DBlock", POINT_3D),
    }
)
_COORDINATES = Choice({0: Member("base", _COORDINATES_BASE), 1: Member("extensionBlock", _EMPTY)})
LANDMARK = _record(Member("landmarkKind", _KIND), _optional("landmarkCoordinates", _COORDINATES))

_TECHNOLOGIES = _numbered(
    *("unknown", "staticPhotographFromUnknownSource", "staticPhotographFromDigitalStillImageCamera"),
    *("staticPhotographFromScanner", "videoFrameFromUnknownSource", "videoFrameFromAnalogueVideoCamera"),
    "videoFrameFromDigitalVideoCamera",
)
_CAPTURE_DEVICE_2D = _record(
    _optional("captureDeviceSpectral2DBlock", _flags("whiteLight", "nearInfrared", "thermal")),
    _optional("captureDeviceTechnologyId2D", _coded(_TECHNOLOGIES)),
)
IMAGE_FORMATS = {2: "jpeg", 3: "jpeg2000Lossy", 4: "jpeg2000Lossless"}
_IMAGE_FORMAT = Choice({0: Member("code", Enumerated(IMAGE_FORMATS)), 1: Member("extensionBlock", _EMPTY)})
_PROCESSING = _flags(
    *("rotated", "cropped", "downSampled", "whiteBalanceAdjusted", "multiplyCompressed", "interpolated", "contrastStretched"),
    *("poseCorrected", "multiViewImage", "ageProgressed", "superResolutionProcessed", "normalised"),
)
_MEASUREMENTS = Record(
    tuple(
        _optional(name, Integer())
        for name in ("imageHeadWidth", "imageInterEyeDistance", "imageEyeToMouthDistance", "imageHeadLength")
    )
)
_COLOUR_SPACES = _numbered("unknown", "other", "rgb24Bit", "rgb48Bit", "yuv422", "greyscale8Bit", "greyscale16Bit")
_REFERENCE_COLOUR = _record(_optional("referenceColourDefinition", Octets()), _optional("referenceColourValue", Octets()))
_COLOUR_MAPPING = _record(
    _optional("referenceColourSchema", Octets()), _optional("referenceColourDefinitionAndValueBlocks", ListOf(_REFERENCE_COLOUR))
)
IMAGE_INFORMATION = _record(
    Member("imageDataFormat", _IMAGE_FORMAT),
    _optional("faceImageKind2D", _coded({0: "mrtd"})),
    _optional("postAcquisitionProcessingBlock", _PROCESSING),
    _optional("lossyTransformationAttempts", _coded(_numbered("unknown", "zero", "one", "moreThanOne"))),
    _optional("cameraToSubjectDistance", Integer(0, 50000)),
    _optional("sensorDiagonal", Integer(0, 2000)),
    _optional("lensFocalLength", Integer(0, 2000)),
    _optional("imageSizeBlock", _record(Member("width", UNSIGNED_SHORT), Member("height", UNSIGNED_SHORT), extensible=False)),
    _optional("imageFaceMeasurementsBlock", _MEASUREMENTS),
    _optional("imageColourSpace", _coded(_COLOUR_SPACES)),
    _optional("referenceColourMappingBlock", _COLOUR_MAPPING),
)
_IMAGE_2D = _record(
    Member("representationData2D", Octets()),
    Member("imageInformation2DBlock", IMAGE_INFORMATION),
    _optional("captureDevice2DBlock", _CAPTURE_DEVICE_2D),
)
_IMAGE_BASE = Choice({0: Member("imageRepresentation2DBlock", _IMAGE_2D)})
_IMAGE = Choice({0: Member("base", _IMAGE_BASE), 1: Member("extensionBlock", _EMPTY)})
_CAPTURE_DEVICE = _record(_optional("modelIdBlock", REGISTRY_ID), _optional("certificationIdBlocks", ListOf(REGISTRY_ID)))
REPRESENTATION = _record(
    Member("representationId", Integer()),
    Member("imageRepresentation", _IMAGE),
    _optional("captureDateTimeBlock", DATE_TIME),
    _optional("qualityBlocks", ListOf(QUALITY)),
    _optional("padDataBlock", PAD_DATA),
    _optional("sessionId", Integer()),
    _optional("derivedFrom", Integer()),
    _optional("captureDeviceBlock", _CAPTURE_DEVICE),
    _optional("identityMetadataBlock", IDENTITY_METADATA),
    _optional("landmarkBlocks", ListOf(LANDMARK)),
)
FACE_IMAGE_DATA = _record(Member("versionBlock", VERSION), Member("representationBlocks", ListOf(REPRESENTATION)))

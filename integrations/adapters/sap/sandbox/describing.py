"""`$metadata`: the service's description of the sets this stand-in knows."""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from integrations.adapters.sap.sandbox.schema import Kind, Prop

_TYPES = {
    "S": "Edm.String",
    "N": "Edm.Decimal",
    "D": "Edm.DateTime",
    "T": "Edm.DateTimeOffset",
    "H": "Edm.Time",
    "B": "Edm.Boolean",
    "G": "Edm.Guid",
}
_FUNCTION = """<FunctionImport Name="DetermineAvailabilityAt" m:HttpMethod="GET">
<Parameter Name="SupplyingPlant" Type="Edm.String" MaxLength="4"/>
<Parameter Name="Material" Type="Edm.String" MaxLength="40"/>
<Parameter Name="ATPCheckingRule" Type="Edm.String" MaxLength="2"/>
<Parameter Name="RequestedUTCDateTime" Type="Edm.DateTimeOffset" Precision="7"/>
</FunctionImport>"""


def described(service: str, kinds: Iterable[Kind], *, with_function: bool) -> str:
    known = list(kinds)
    types = "".join(_type(kind) for kind in known)
    sets = "".join(_set(kind, service) for kind in known)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" '
        'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" '
        'xmlns:sap="http://www.sap.com/Protocols/SAPData">'
        '<edmx:DataServices m:DataServiceVersion="2.0">'
        f'<Schema Namespace="{service}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">'
        f'{types}<EntityContainer Name="{service}_Entities">{sets}'
        f"{_FUNCTION if with_function else ''}</EntityContainer>"
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _type(kind: Kind) -> str:
    keys = "".join(f'<PropertyRef Name="{name}"/>' for name in kind.keys)
    props = "".join(_prop(prop) for prop in kind.props.values())
    navs = "".join(f'<NavigationProperty Name="{name}"/>' for name in kind.navs)
    return f'<EntityType Name="{kind.name}Type"><Key>{keys}</Key>{props}{navs}</EntityType>'


def _prop(prop: Prop) -> str:
    parts = [f"Name={quoteattr(prop.name)}", f'Type="{_TYPES[prop.kind]}"']
    if prop.kind == "S" and prop.length:
        parts.append(f'MaxLength="{prop.length}"')
    if prop.kind == "N":
        precision, scale = prop.digits
        parts.append(f'Precision="{precision}" Scale="{scale}"')
    if "x" in prop.flags:
        parts.append('sap:creatable="false" sap:updatable="false"')
    if "n" in prop.flags:
        parts.append('sap:filterable="false"')
    return f"<Property {' '.join(parts)}/>"


def _set(kind: Kind, service: str) -> str:
    flags = "" if kind.creatable else ' sap:creatable="false"'
    flags += "" if kind.updatable else ' sap:updatable="false"'
    flags += "" if kind.addressable else ' sap:addressable="false"'
    return f'<EntitySet Name="{kind.name}" EntityType="{service}.{kind.name}Type"{flags}/>'

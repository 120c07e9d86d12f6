"""What the adapter takes SAP's properties for, and how a description of a service is read."""

import json
import os
from pathlib import Path

import pytest

from integrations.adapters.sap.fields import AVAILABILITY, ENTITIES, SERVICES
from integrations.adapters.sap.metadata import read_metadata
from tests.adapters.sap.check_metadata import file_of, main, misfits
from tests.adapters.sap.csn import read_csn
from tests.contract.offices.sap import SapOffice

FOLDER = os.environ.get("SAP_EDMX", "")
needs_metadata = pytest.mark.skipif(
    not FOLDER, reason="needs SAP's metadata: SAP_EDMX names the folder of its $metadata documents"
)


@needs_metadata
def test_every_property_is_in_saps_own_metadata() -> None:
    assert misfits(Path(FOLDER)) == []


@needs_metadata
def test_availability_is_asked_with_the_parameters_of_its_function() -> None:
    shape = read_metadata(file_of(Path(FOLDER), AVAILABILITY).read_text(encoding="utf-8"))

    asked = {"SupplyingPlant", "Material", "ATPCheckingRule", "RequestedUTCDateTime"}
    assert set(shape.functions["DetermineAvailabilityAt"]) == asked


def test_misfits_of_a_service_are_told_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "API_MATERIAL_STOCK_SRV.edmx").write_text(
        STOCK.replace(
            'Name="Plant" Type="Edm.String" MaxLength="4"',
            'Name="Plant" Type="Edm.Int32" sap:filterable="false"',
        )
    )

    found = misfits(tmp_path)

    assert "A_MatlStkInAcctMod.Plant: is Edm.Int32, taken for S4" in found
    assert "A_MatlStkInAcctMod.Plant: is not filterable" in found
    assert "A_MatlStkInAcctMod: there is no property MaterialBaseUnit" in found
    assert not any("Material:" in one for one in found)


def test_set_that_cannot_be_read_by_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "API_MATERIAL_STOCK_SRV.edmx").write_text(
        STOCK.replace('EntityType="X.', 'sap:addressable="false" EntityType="X.')
    )

    assert "A_MatlStkInAcctMod: cannot be read by itself" in misfits(tmp_path)


def test_keys_are_held_against_those_a_row_is_addressed_by(tmp_path: Path) -> None:
    (tmp_path / "API_CRDTMBUSINESSPARTNER.csn.json").write_text(
        json.dumps(CREDIT).replace('"key": true, ', "", 1)
    )

    found = misfits(tmp_path)

    told = "has the keys CreditSegment, addressed by BusinessPartner, CreditSegment"
    assert f"CreditManagementAccount: {told}" in found


def test_description_in_saps_other_form_does_for_names_types_and_lengths(tmp_path: Path) -> None:
    file = tmp_path / "API_CRDTMBUSINESSPARTNER.csn.json"
    file.write_text(json.dumps(CREDIT))
    assert misfits(tmp_path) == []

    file.write_text(json.dumps(CREDIT).replace('"scale": 3', '"scale": 2'))

    told = "has 15,2 digits, taken for 15,3"
    assert misfits(tmp_path) == [f"CreditManagementAccount.CreditLimitAmount: {told}"]


@pytest.mark.parametrize("text", ["{}", '{"definitions": []}', "<edmx/>"])
def test_csn_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"definitions|Expecting value"):
        read_csn(text)


def test_script_ends_with_an_error_for_a_misfit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "API_MATERIAL_STOCK_SRV.edmx").write_text(STOCK)

    assert main([str(tmp_path)]) == 1
    assert "not checked, no document: API_SALES_ORDER_SRV" in capsys.readouterr().out
    assert main([]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>Logon</body></html>",
        "not xml",
        '<!DOCTYPE x [<!ENTITY a "b">]><edmx/>',
    ],
)
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="description"):
        read_metadata(text)


def test_standin_describes_what_the_adapter_uses(office: SapOffice) -> None:
    adapter = office.adapter()

    for service in SERVICES:
        shape = adapter.client.shape(service)
        for entity in ENTITIES:
            if entity.service == service:
                there = shape.entities[entity.set]
                assert set(entity.fields) <= set(there.properties), entity.set
                assert set(entity.navigations) <= there.navigations, entity.set


def test_field_is_told_with_its_type_and_length(office: SapOffice) -> None:
    told = {(one.entity, one.name): one.type for one in office.adapter().used_fields()}

    assert told["API_SALES_ORDER_SRV/A_SalesOrder", "SalesOrder"] == "Edm.String(10)"
    assert told["API_SALES_ORDER_SRV/A_SalesOrder", "TotalNetAmount"] == "Edm.Decimal(16,3)"
    assert told["API_BILLING_DOCUMENT_SRV/A_BillingDocument", "BillingDocument"]


CREDIT = {
    "definitions": {
        "x.CreditManagementAccount": {
            "kind": "entity",
            "elements": {
                "BusinessPartner": {"key": True, "type": "cds.String", "length": 10},
                "CreditSegment": {"key": True, "type": "cds.String", "length": 10},
                "CreditAccountIsBlocked": {"type": "cds.Boolean"},
                "CreditLimitAmount": {"type": "cds.Decimal", "precision": 15, "scale": 3},
                "CreditLimitIsZero": {"type": "cds.Boolean"},
                "CreditSegmentCurrency": {"type": "cds.String", "length": 5},
                "to_Partner": {"type": "cds.Association", "target": "x.Partner"},
            },
        },
        "x": {"kind": "service"},
    }
}
STOCK = """<?xml version="1.0"?>
<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"
 xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices><Schema>
<EntityType Name="StockType">
<Property Name="Material" Type="Edm.String" MaxLength="40"/>
<Property Name="Plant" Type="Edm.String" MaxLength="4"/>
<Property Name="InventorySpecialStockType" Type="Edm.String" MaxLength="1"/>
<Property Name="InventoryStockType" Type="Edm.String" MaxLength="2"/>
<Property Name="MatlWrhsStkQtyInMatlBaseUnit" Type="Edm.Decimal" Precision="31" Scale="14"/>
</EntityType>
<EntityContainer><EntitySet Name="A_MatlStkInAcctMod" EntityType="X.StockType"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"""

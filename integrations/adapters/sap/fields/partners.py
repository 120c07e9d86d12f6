"""Customers with their addresses, people, sales areas and credit accounts."""

from integrations.adapters.sap.fields.used import CREDIT, PARTNERS, PRICING, UsedEntity

PARTNER = UsedEntity(
    service=PARTNERS,
    set="A_BusinessPartner",
    ports=("PullsCustomers",),
    navigations=("to_BusinessPartnerAddress", "to_BusinessPartnerContact"),
    text="""
        BusinessPartner S10 rf
        Customer S10 rf
        BusinessPartnerFullName S81 r
        BusinessPartnerIsBlocked B r
        IsMarkedForArchiving B r
        LastChangeDate D r
        LastChangeTime H r
    """,
)
ADDRESS = UsedEntity(
    service=PARTNERS,
    set="A_BusinessPartnerAddress",
    ports=("PullsCustomers",),
    navigations=("to_EmailAddress", "to_PhoneNumber"),
    text="""
        AddressID S10 r
        StreetName S60 r
        HouseNumber S10 r
        StreetSuffixName S40 r
        PostalCode S10 r
        CityName S40 r
        Region S3 r
        Country S3 r
    """,
)
EMAIL = UsedEntity(
    service=PARTNERS,
    set="A_AddressEmailAddress",
    ports=("PullsCustomers",),
    text="EmailAddress S241 r",
)
PHONE = UsedEntity(
    service=PARTNERS,
    set="A_AddressPhoneNumber",
    ports=("PullsCustomers",),
    text="PhoneNumber S30 r",
)
CONTACT = UsedEntity(
    service=PARTNERS,
    set="A_BusinessPartnerContact",
    ports=("PullsCustomers",),
    navigations=("to_ContactRelationship",),
    text="BusinessPartnerPerson S10 r",
)
CONTACT_WAY = UsedEntity(
    service=PARTNERS,
    set="A_BPContactToFuncAndDept",
    ports=("PullsCustomers",),
    text="""
        EmailAddress S241 r
        PhoneNumber S30 r
    """,
)
CUSTOMER = UsedEntity(
    service=PARTNERS,
    set="A_Customer",
    ports=("PullsCustomers", "ChecksCredit"),
    keys=("Customer",),
    text="""
        Customer S10 rf
        CustomerName S80 r
        OrderIsBlockedForCustomer S2 r
        DeletionIndicator B r
        VATRegistration S20 r
        TaxNumber1 S16 r
    """,
)
SALES_AREA = UsedEntity(
    service=PARTNERS,
    set="A_CustomerSalesArea",
    ports=("PullsCustomers", "ChecksCredit", *PRICING),
    navigations=("to_PartnerFunction", "to_SalesAreaTax"),
    keys=("Customer", "SalesOrganization", "DistributionChannel", "Division"),
    text="""
        Customer S10 rfo
        SalesOrganization S4 rf
        DistributionChannel S2 rf
        Division S2 rf
        Currency S5 r
        CustomerPriceGroup S2 r
        PriceListType S2 r
        CustomerPaymentTerms S4 r
        OrderIsBlockedForCustomer S2 r
        DeletionIndicator B r
    """,
)
PARTNER_FUNCTION = UsedEntity(
    service=PARTNERS,
    set="A_CustSalesPartnerFunc",
    ports=("PullsCustomers",),
    text="""
        PartnerFunction S2 r
        BPCustomerNumber S10 r
    """,
)
AREA_TAX = UsedEntity(
    service=PARTNERS,
    set="A_CustomerSalesAreaTax",
    ports=("PullsCustomers",),
    text="CustomerTaxClassification S1 r",
)
# held against SAP's CSN (npm @sap/cloud-sdk-vdm-credit-management-master-data-service 2.1.0)
CREDIT_ACCOUNT = UsedEntity(
    service=CREDIT,
    set="CreditManagementAccount",
    ports=("ChecksCredit",),
    keys=("BusinessPartner", "CreditSegment"),
    text="""
        BusinessPartner S10 r
        CreditSegment S10 r
        CreditAccountIsBlocked B r
        CreditLimitAmount N15.3 r
        CreditLimitIsZero B r
        CreditSegmentCurrency S5 r
    """,
)

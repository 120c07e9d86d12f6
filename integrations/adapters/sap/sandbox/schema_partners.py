"""The sets of business partners and of their credit."""

from integrations.adapters.sap.sandbox.schema import kind

PARTNER_SETS = (
    kind(
        """
        A_BusinessPartner
        BusinessPartner S10 k
        Customer S10 x
        BusinessPartnerFullName S81 x
        OrganizationBPName1 S40
        BusinessPartnerIsBlocked B
        IsMarkedForArchiving B
        LastChangeDate D x
        LastChangeTime H x
        YY1_Segment_BUS S20
        """,
        navs="""
        to_BusinessPartnerAddress many A_BusinessPartnerAddress BusinessPartner
        to_BusinessPartnerContact many A_BusinessPartnerContact $Company
        """.replace("$Company", "BusinessPartner=BusinessPartnerCompany"),
    ),
    kind(
        """
        A_BusinessPartnerAddress
        BusinessPartner S10 k
        AddressID S10 k
        StreetName S60
        HouseNumber S10
        StreetSuffixName S40
        PostalCode S10
        CityName S40
        Region S3
        Country S3
        """,
        navs="""
        to_EmailAddress many A_AddressEmailAddress AddressID
        to_PhoneNumber many A_AddressPhoneNumber AddressID
        """,
    ),
    kind(
        """
        A_AddressEmailAddress
        AddressID S10 k
        Person S10 k
        OrdinalNumber S3 k
        EmailAddress S241
        """
    ),
    kind(
        """
        A_AddressPhoneNumber
        AddressID S10 k
        Person S10 k
        OrdinalNumber S3 k
        PhoneNumber S30
        """
    ),
    kind(
        """
        A_BusinessPartnerContact
        RelationshipNumber S12 k
        BusinessPartnerCompany S10 k
        BusinessPartnerPerson S10 k
        ValidityEndDate D k
        """,
        navs="to_ContactRelationship one A_BPContactToFuncAndDept RelationshipNumber",
    ),
    kind(
        """
        A_BPContactToFuncAndDept
        RelationshipNumber S12 k
        BusinessPartnerCompany S10 k
        BusinessPartnerPerson S10 k
        ValidityEndDate D k
        EmailAddress S241
        PhoneNumber S30
        """
    ),
    kind(
        """
        A_Customer
        Customer S10 k
        CustomerName S80 x
        OrderIsBlockedForCustomer S2
        DeletionIndicator B
        VATRegistration S20
        TaxNumber1 S16 x
        """
    ),
    kind(
        """
        A_CustomerSalesArea
        Customer S10 k
        SalesOrganization S4 k
        DistributionChannel S2 k
        Division S2 k
        Currency S5
        CustomerPriceGroup S2
        PriceListType S2
        CustomerPaymentTerms S4
        OrderIsBlockedForCustomer S2
        DeletionIndicator B
        """,
        navs="""
        to_PartnerFunction many A_CustSalesPartnerFunc Customer SalesOrganization
        to_SalesAreaTax many A_CustomerSalesAreaTax Customer SalesOrganization
        """,
    ),
    kind(
        """
        A_CustSalesPartnerFunc
        Customer S10 k
        SalesOrganization S4 k
        DistributionChannel S2 k
        Division S2 k
        PartnerCounter S3 k
        PartnerFunction S2 k
        BPCustomerNumber S10
        """
    ),
    kind(
        """
        A_CustomerSalesAreaTax
        Customer S10 k
        SalesOrganization S4 k
        DistributionChannel S2 k
        Division S2 k
        DepartureCountry S3 k
        CustomerTaxCategory S4 k
        CustomerTaxClassification S1
        """
    ),
)
CREDIT_SETS = (
    kind(
        """
        CreditManagementAccount
        BusinessPartner S10 k
        CreditSegment S10 k
        CreditAccountIsBlocked B
        CreditLimitAmount N15.3
        CreditLimitIsZero B
        CreditSegmentCurrency S5
        """
    ),
)

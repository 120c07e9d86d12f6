"""What a quote says around its facts, in the languages of the portal."""

from dataclasses import dataclass

from quotes.documents.record import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`{…}` is filled in by sheet.py. `columns` are the six heads of the table of lines."""

    title: str
    buyer: str
    number: str
    revision: str
    issued_on: str
    valid_until: str
    columns: tuple[str, str, str, str, str, str]
    optional: str
    alternative: str
    excluded: str
    tier: str
    less: str
    lines_total: str
    header_discount: str
    freight: str
    net_total: str
    gross_total: str
    ship_to: str
    bill_to: str
    shipping: str
    terms: str
    delivery_terms: str
    notes: str
    portal: str
    tax_id: str
    fingerprint: str
    page: str


ENGLISH = Words(
    title="Quote {number}, revision {revision}",
    buyer="Quote for",
    number="Quote number",
    revision="Revision",
    issued_on="Date",
    valid_until="Valid until",
    columns=("No.", "Item", "Quantity", "Unit price\n{currency}", "Disc.", "Net total\n{currency}"),
    optional="Optional – not in the total",
    alternative="Alternative to no. {n} – not in the total",
    excluded="Optional and alternative items are not in the total.",
    tier="From {quantity}: {price} each",
    less="less {discount} discount",
    lines_total="Items",
    header_discount="Discount",
    freight="Freight",
    net_total="Net total",
    gross_total="Total",
    ship_to="Delivery address",
    bill_to="Billing address",
    shipping="Shipping",
    terms="Payment terms",
    delivery_terms="Delivery terms",
    notes="Notes",
    portal="See, discuss and accept this quote online:",
    tax_id="Tax ID {tax_id}",
    fingerprint="Content SHA-256 {start}…",
    page="Page {n} of {of}",
)

GERMAN = Words(
    title="Angebot {number}, Revision {revision}",
    buyer="Angebot für",
    number="Angebotsnummer",
    revision="Revision",
    issued_on="Datum",
    valid_until="Gültig bis",
    columns=("Pos.", "Artikel", "Menge", "Einzelpreis\n{currency}", "Rabatt", "Netto\n{currency}"),
    optional="Optional – nicht in der Summe",
    alternative="Alternative zu Pos. {n} – nicht in der Summe",
    excluded="Optionale und alternative Positionen sind nicht in der Summe enthalten.",
    tier="Ab {quantity}: je {price}",
    less="abzüglich {discount} Rabatt",
    lines_total="Positionen",
    header_discount="Rabatt",
    freight="Fracht",
    net_total="Nettobetrag",
    gross_total="Gesamtbetrag",
    ship_to="Lieferadresse",
    bill_to="Rechnungsadresse",
    shipping="Versand",
    terms="Zahlungsbedingungen",
    delivery_terms="Lieferbedingungen",
    notes="Anmerkungen",
    portal="Dieses Angebot online ansehen, besprechen und annehmen:",
    tax_id="USt-IdNr. {tax_id}",
    fingerprint="SHA-256 des Inhalts {start}…",
    page="Seite {n} von {of}",
)

FRENCH = Words(
    title="Devis {number}, révision {revision}",
    buyer="Devis pour",
    number="Numéro du devis",
    revision="Révision",
    issued_on="Date",
    valid_until="Valable jusqu’au",
    columns=(
        "N°",
        "Article",
        "Quantité",
        "Prix unitaire\n{currency}",
        "Remise",
        "Total HT\n{currency}",
    ),
    optional="En option – hors total",
    alternative="Variante du n° {n} – hors total",
    excluded="Les articles en option et les variantes ne sont pas compris dans le total.",
    tier="À partir de {quantity} : {price} l’unité",
    less="moins {discount} de remise",
    lines_total="Articles",
    header_discount="Remise",
    freight="Transport",
    net_total="Total HT",
    gross_total="Total TTC",
    ship_to="Adresse de livraison",
    bill_to="Adresse de facturation",
    shipping="Expédition",
    terms="Conditions de paiement",
    delivery_terms="Conditions de livraison",
    notes="Remarques",
    portal="Voir, discuter et accepter ce devis en ligne :",
    tax_id="N° TVA {tax_id}",
    fingerprint="SHA-256 du contenu {start}…",
    page="Page {n} sur {of}",
)

WORDS: dict[Language, Words] = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH}

from django.apps import AppConfig

JOBS = {
    "place_quote_order": "Place the order of an accepted quote",
    "sweep_stray_drafts": "Remove drafts that no quote owns",
    "sweep_files": "Remove files that no request has",
    "copy_choices": "Copy payment terms and ways of shipping",
    "send_quote_mail": "Send a mail about a request or a quote",
    "tell_of_words": "Mail the buyer what was written about a request",
    "hear_of_words": "Mail sales what a buyer wrote about a request",
    "send_sign_in_code": "Mail a code to sign in with",
}
STEPS = {
    "draft": "Create the draft order",
    "convert": "Make the draft an order",
    "push": "Hand it to the ERP",
    "terms": "Ask the ERP for its payment terms",
    "shipping": "Ask the storefront for regions and ways of shipping",
    "gather": "Gather what was written since",
}


class QuotesConfig(AppConfig):
    name = "quotes"
    verbose_name = "Quotes"

    def ready(self) -> None:
        from integrations.engine import beat
        from integrations.looks import badges, words
        from integrations.webhooks import signed
        from quotes import states
        from quotes.mails import gathering, sending
        from quotes.models import Approval
        from quotes.services import (
            agreed,
            audited,
            basis,
            choices,
            invoices,
            leftover_files,
            ordering,
            strays,
            timers,
        )
        from quotes.signin import mail, retention

        words.know(jobs=JOBS, steps=STEPS)
        badges.know("rfq", dict(states.RfqState.choices), states.RFQ_TONES)
        badges.know("version", dict(states.VersionState.choices), states.VERSION_TONES)
        badges.know("approval", dict(Approval.State.choices), Approval.TONES)

        ordering.register_all()
        agreed.register_all()
        timers.register_all()
        strays.register_all()
        leftover_files.register_all()
        basis.register_all()
        invoices.register_all()
        choices.register_all()
        audited.register_all()
        mail.declare()
        sending.declare()
        gathering.declare()
        signed.register_all()
        beat.register("forget_sign_ins", retention.EVERY_S, retention.forget_ended)

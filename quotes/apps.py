from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "quotes"
    verbose_name = "Quotes"

    def ready(self) -> None:
        from integrations.engine import beat
        from integrations.looks import badges
        from integrations.webhooks import signed
        from quotes import states
        from quotes.mails import sending
        from quotes.models import Approval
        from quotes.services import choices, ordering, strays, timers
        from quotes.signin import mail, retention

        badges.know("rfq", dict(states.RfqState.choices), states.RFQ_TONES)
        badges.know("version", dict(states.VersionState.choices), states.VERSION_TONES)
        badges.know("approval", dict(Approval.State.choices), Approval.TONES)

        ordering.register_all()
        timers.register_all()
        strays.register_all()
        choices.register_all()
        mail.declare()
        sending.declare()
        signed.register_all()
        beat.register("forget_sign_ins", retention.EVERY_S, retention.forget_ended)

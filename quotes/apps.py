from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "quotes"
    verbose_name = "Quotes"

    def ready(self) -> None:
        from integrations.engine import beat
        from quotes.mails import sending
        from quotes.services import ordering, strays, timers
        from quotes.signin import mail, retention

        ordering.register_all()
        timers.register_all()
        strays.register_all()
        mail.declare()
        sending.declare()
        beat.register("forget_sign_ins", retention.EVERY_S, retention.forget_ended)

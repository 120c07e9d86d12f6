"""First contact: records that both sides have already are paired, and never guessed.

1. What the target has and no link names is read once per run and kept by its traits (`keys`).
2. `decide` (pure) compares a record of the source with those: a trait that is exact and unique
   on both sides links; anything else that looks alike is a question.
3. Questions go to the workbench (`bench`): accepted, rejected, linked by hand, undone.

Products take part; a further kind brings its rules, its traits and a page of its target.
"""

from integrations.flows.matching.decide import Candidate, Record, Rule, Trait, Verdict, decide

__all__ = ["Candidate", "Record", "Rule", "Trait", "Verdict", "decide"]

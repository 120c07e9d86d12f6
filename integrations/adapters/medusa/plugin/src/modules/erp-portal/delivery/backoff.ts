const STEPS_S = [2, 10, 60, 120, 300]
const REFUSED_STEPS_S = [60, 300, 900, 3600]
const LONGEST_S = 3600

/**
 * Seconds until the next attempt.
 *
 * `attempts` counts those made, this one included. A refusal (the portal understood and said
 * no: wrong secret, unknown address) is repeated slowly but for ever, because correcting the
 * setting must lose nothing. `retryAfterS` is what the portal asked for. `random` is 0 to 1:
 * up to a fifth is added, so that several processes do not come back together.
 */
export function delayS(
  attempts: number,
  failure: { refused: boolean; retryAfterS?: number },
  random: number
): number {
  const steps = failure.refused ? REFUSED_STEPS_S : STEPS_S
  const step = steps[Math.min(Math.max(attempts, 1), steps.length) - 1]
  const asked = Math.min(failure.retryAfterS ?? 0, LONGEST_S)
  return Math.max(step, asked) * (1 + random / 5)
}

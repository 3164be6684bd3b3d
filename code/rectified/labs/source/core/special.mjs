/** The normal distribution, with its digits kept far out in the tails. */

const INV_SQRT_2PI = 0.3989422804014327;

/**
 * Return exp(-x² / 2) / sqrt(2 π), the density of N(0, 1).
 * @param {number} x
 */
export function normalDensity(x) {
  return INV_SQRT_2PI * Math.exp(-0.5 * x * x);
}

/**
 * Return φ(a) / Φ(-a) for 0 <= a <= 40: a and a little more, a ratio of polynomials.
 *
 * The coefficients are those of `activations/precise.py`; the tail is Φ(-a) = φ(a) / hazard.
 * @param {number} a
 */
export function normalHazard(a) {
  let p = 5.655230053124694e-7;
  p = p * a + 1.700944254177682e-5;
  p = p * a + 0.0002513316559525422;
  p = p * a + 0.002366841198222524;
  p = p * a + 0.015571430614439469;
  p = p * a + 0.07413539569795505;
  p = p * a + 0.2561278517436315;
  p = p * a + 0.6238584523494323;
  p = p * a + 0.9864847033969889;
  p = p * a + 0.7978845608028654;
  let q = 5.655230053601715e-7;
  q = q * a + 1.7009442532670186e-5;
  q = q * a + 0.00025246270274620596;
  q = q * a + 0.002400860042754081;
  q = q * a + 0.016070702216715225;
  q = q * a + 0.07876698478723307;
  q = q * a + 0.28578719122433566;
  q = q * a + 0.758631604181915;
  q = q * a + 1.4157687899465854;
  q = q * a + 1.6918048015255684;
  q = q * a + 1;
  return a + p / q;
}

/**
 * Return Φ(x), the probability that N(0, 1) is below x; relative digits down to 1e-300.
 * @param {number} x
 */
export function normalCdf(x) {
  const a = Math.min(Math.abs(x), 40);
  const tail = normalDensity(a) / normalHazard(a);
  return x > 0 ? 1 - tail : tail;
}

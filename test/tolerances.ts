/** Every tolerance of the test suites, by precision and purpose. */
export const tolerances = {
  /** Relative agreement of two f64 computations of the same number. */
  f64: 1e-10,
  /** Relative agreement where one side computes in f32. */
  f32: 2e-4,
  /** Relative agreement where one side rounds the factors of its products to 10 bits. */
  tf32: 2e-2,
  /** Central differences in f64 against an analytic first derivative. */
  difference: 1e-6,
  /** Recomputed KKT errors of a point reported optimal at the default tolerance. */
  kkt: 1e-6,
  /** Relative agreement of an optimum with that of bounds widened by 1e-8, as Ipopt widens them. */
  widened: 1e-7,
  /** Multipliers of two solvers, relative to the largest. */
  multipliers: 1e-4,
  /** Networks against what their exporters' runtimes computed: values, derivatives, derivatives by differences. */
  exported: { value: 1e-7, derivative: 1e-6, difference: 1e-5 },
  /** Layers whose tensors are f32: gradients against differences of f32 losses. */
  layer: { difference: 2e-2 },
} as const;

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

/** Enough for matrices as small as those of colours, which take four or five. */
const MOST_SWEEPS = 30;

export function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    (b[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] as number), 0)),
  );
}

/**
 * A symmetric matrix with each eigenvalue replaced, such as by its root: V f(Λ) Vᵀ. By cyclic Jacobi rotations (Golub &
 * Van Loan, Matrix Computations, 8.5).
 */
export function withEigenvalues(matrix: Matrix, replace: (eigenvalue: number) => number): Matrix {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => matrix.map((_row, j) => Number(i === j)));
  const at = (m: number[][], i: number, j: number) => m[i]?.[j] as number;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let isDiagonal = true;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const beside = at(a, p, q);
        if (Math.abs(beside) <= Number.EPSILON * Math.hypot(at(a, p, p), at(a, q, q))) continue;
        isDiagonal = false;
        const tau = (at(a, q, q) - at(a, p, p)) / (2 * beside);
        const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
        const cosine = 1 / Math.hypot(1, tangent);
        const sine = tangent * cosine;
        rotateColumns(a, p, q, cosine, sine);
        rotateColumns(v, p, q, cosine, sine);
        rotateRows(a, p, q, cosine, sine);
      }
    if (isDiagonal) break;
  }
  const values = a.map((row, i) => replace(row[i] as number));
  return v.map((row) =>
    v.map((other) => row.reduce((sum, x, k) => sum + x * (values[k] as number) * (other[k] as number), 0)),
  );
}

function rotateColumns(m: number[][], p: number, q: number, cosine: number, sine: number): void {
  for (const row of m) {
    const [x, y] = [row[p] as number, row[q] as number];
    row[p] = cosine * x - sine * y;
    row[q] = sine * x + cosine * y;
  }
}

function rotateRows(m: number[][], p: number, q: number, cosine: number, sine: number): void {
  const [first, second] = [m[p] as number[], m[q] as number[]];
  for (const [k, x] of first.entries()) {
    const y = second[k] as number;
    first[k] = cosine * x - sine * y;
    second[k] = sine * x + cosine * y;
  }
}

/* MUMPS on the matrices written by `node dist/bench/linear.js --write DIR`:
 *   gcc -O2 bench/peers/mumps.c -o out/mumps -ldmumps_seq && OPENBLAS_NUM_THREADS=1 out/mumps [--cpu] DIR/image.bin …
 * File: int32 order, int32 entries, int32 rows[], int32 columns[] (from 0, lower triangle), double values[].
 * Settings as Ipopt sets them: symmetric indefinite, pivot tolerance 1e-6, null pivots detected.
 */
#include <dmumps_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ICNTL(i) icntl[(i) - 1]
#define CNTL(i) cntl[(i) - 1]
#define INFOG(i) infog[(i) - 1]
#define RINFOG(i) rinfog[(i) - 1]

static int cpu = 0;

static double seconds(void) {
  struct timespec t;
  clock_gettime(cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static double least(DMUMPS_STRUC_C *id, int job, double *rhs, const double *b) {
  double best = 1e30, spent = 0;
  for (int k = 0; k < 3 || (spent < 1 && k < 200); k++) {
    if (job == 3) memcpy(rhs, b, sizeof(double) * id->n);
    double began = seconds();
    id->job = job;
    dmumps_c(id);
    double took = seconds() - began;
    spent += took;
    if (took < best) best = took;
  }
  return best;
}

static void measure(const char *path) {
  FILE *file = fopen(path, "rb");
  int head[2];
  if (!file || fread(head, 4, 2, file) != 2) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(1);
  }
  int n = head[0], nz = head[1];
  int *row = malloc(4 * (size_t)nz), *column = malloc(4 * (size_t)nz);
  double *values = malloc(8 * (size_t)nz), *rhs = malloc(8 * (size_t)n), *b = malloc(8 * (size_t)n);
  if (fread(row, 4, nz, file) != (size_t)nz || fread(column, 4, nz, file) != (size_t)nz ||
      fread(values, 8, nz, file) != (size_t)nz) {
    fprintf(stderr, "%s is too short\n", path);
    exit(1);
  }
  fclose(file);
  for (int k = 0; k < nz; k++) row[k]++, column[k]++;
  for (int i = 0; i < n; i++) b[i] = sin(i + 1.0);

  DMUMPS_STRUC_C id;
  memset(&id, 0, sizeof id);
  id.job = -1;
  id.par = 1;
  id.sym = 2;
  id.comm_fortran = -987654;
  dmumps_c(&id);
  id.ICNTL(1) = id.ICNTL(2) = id.ICNTL(3) = -1;
  id.ICNTL(4) = 0;
  id.ICNTL(10) = 0;
  id.ICNTL(14) = 1000;
  id.ICNTL(24) = 1;
  id.CNTL(1) = 1e-6;
  id.n = n;
  id.nz = nz;
  id.irn = row;
  id.jcn = column;
  id.a = values;
  id.rhs = rhs;
  double analysis = least(&id, 1, rhs, b);
  double factor = least(&id, 2, rhs, b);
  double solve = least(&id, 3, rhs, b);
  if (id.INFOG(1) < 0) printf("%s failed: %d %d\n", path, id.INFOG(1), id.INFOG(2));
  double *r = malloc(8 * (size_t)n), *sum = calloc(n, 8), top = 0, norm = 0, size = 0, most = 0;
  memcpy(r, b, 8 * (size_t)n);
  for (int k = 0; k < nz; k++) {
    int i = row[k] - 1, j = column[k] - 1;
    r[i] -= values[k] * rhs[j];
    sum[i] += fabs(values[k]);
    if (i == j) continue;
    r[j] -= values[k] * rhs[i];
    sum[j] += fabs(values[k]);
  }
  for (int i = 0; i < n; i++) {
    top = fmax(top, fabs(r[i]));
    norm = fmax(norm, sum[i]);
    size = fmax(size, fabs(rhs[i]));
    most = fmax(most, fabs(b[i]));
  }
  const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  printf("%s mumps %d | %.2f %.2f %.2f | %.2f %d %.1e | ordering %d negative %d\n", name, n, 1e3 * analysis, 1e3 * factor,
         1e3 * solve, id.RINFOG(3) / factor / 1e9, id.INFOG(13), top / (norm * size + most), id.INFOG(7), id.INFOG(12));
  fflush(stdout);
  id.job = -2;
  dmumps_c(&id);
  free(row), free(column), free(values), free(rhs), free(b), free(r), free(sum);
}

int main(int count, char **arguments) {
  puts("matrix kernels order | ms: analysis factor solve | GFLOP/s delayed residual");
  for (int k = 1; k < count; k++) {
    if (!strcmp(arguments[k], "--cpu")) cpu = 1;
    else measure(arguments[k]);
  }
  return 0;
}

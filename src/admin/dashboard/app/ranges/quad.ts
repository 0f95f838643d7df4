/** Value of a canonical dotted quad, as the API gives them. */
export function quadValue(quad: string): number {
  return quad.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
}

export function quadOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

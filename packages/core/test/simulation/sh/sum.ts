/** Sums and differences, of numbers and variables. */
export function sum(text: string, value: (name: string) => string): number {
  let total = 0;
  let sign: number | undefined = 1;
  for (const [, token = ''] of text.matchAll(/\s*(\w+|[-+]|\S)/g)) {
    if ((token === '+' || token === '-') && sign === undefined) sign = token === '+' ? 1 : -1;
    else if (/^\w+$/.test(token) && sign !== undefined) {
      const number = /^\d/.test(token) ? token : value(token);
      // A leading zero would make it octal.
      if (!/^(0|-?[1-9]\d*)$/.test(number)) throw new Error(`the simulated sh does not know the number ${number}`);
      total += sign * Number(number);
      sign = undefined;
    } else throw new Error(`the simulated sh does not know the sum ${text}`);
  }
  if (sign !== undefined) throw new Error(`the simulated sh does not know the sum ${text}`);
  return total;
}

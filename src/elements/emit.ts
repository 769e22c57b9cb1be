import type { Loop } from './loop.js';
import { library, type ScalarOperation, scalarOperations } from './scalar-operations.js';
import type { Id, ScalarTape } from './scalar-tape.js';

const literal = (value: number): string => (value < 0 ? `(${value})` : String(value));

let allowed: boolean | undefined;

/** Whether functions may be made from text here, which a content security policy can forbid. */
export function mayEmit(): boolean {
  if (allowed === undefined) {
    try {
      allowed = new Function('return true')() as boolean;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}

/** Loops by their text, the last used last: what was compiled and optimized serves other problems too. */
const made = new Map<string, Loop>();
/** So many are kept, if they are no longer than this. */
const mostMade = 200;
const longest = 30_000;

function loopOf(text: string): Loop {
  const known = made.get(text);
  const loop = known ?? (new Function('F', text)(library) as Loop);
  if (text.length > longest) return loop;
  if (known) made.delete(text);
  else if (made.size >= mostMade) made.delete(made.keys().next().value!);
  made.set(text, loop);
  return loop;
}

/** Generates a loop over terms whose body is the tape as straight-line JavaScript. */
export function emit(tape: ScalarTape, needed: readonly Id[], outputs: readonly Id[]): Loop {
  const lines: string[] = [];
  const name = (id: Id): string => (tape.code[id] === 'literal' ? literal(tape.literals[id]!) : `t${id}`);
  for (const id of needed) {
    const code = tape.code[id]!;
    const [a, b, c] = tape.operands.slice(3 * id, 3 * id + 3) as [Id, Id, Id];
    if (code === 'literal') continue;
    if (code === 'variable') lines.push(`const t${id}=x[v[i+${a}]];`);
    else if (code === 'constant') lines.push(`const t${id}=k[j+${a}];`);
    else {
      const text = scalarOperations[code as ScalarOperation].text(
        name(a),
        b < 0 ? '' : name(b),
        c < 0 ? '' : name(c),
      );
      lines.push(`const t${id}=${text};`);
    }
  }
  outputs.forEach((id, n) => {
    lines.push(`out[place[o+${n}]]+=s*${name(id)};`);
  });
  const body = `
    const {variableSlots,constantSlots,variables:v,constants:k,weight}=table;
    for(let t=from,i=t*variableSlots,j=t*constantSlots,o=t*${outputs.length};t<to;t++,i+=variableSlots,j+=constantSlots,o+=${outputs.length}){
      const s=weight[t]*factor[source[t]];
      if(s===0)continue;
      ${lines.join('\n')}
    }`;
  return loopOf(`return function(x,table,source,factor,place,out,from=0,to=table.count){${body}}`);
}

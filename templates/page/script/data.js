// What the page knows: N shown at once; T, the tickets, and S, their stages, as columns with a place each.

const N = JSON.parse($('data-now').textContent);
let T = null;          // the tickets, once unpacked: see ready()
let S = null;          // their stages
let first = null;      // where each ticket's stages begin
let byNumber = null;   // 编号 (or 第n行) → place
let hay = null;        // what a search looks at, made when first asked

const word = (column, at) => T[column].words[T[column].at[at]];
const isClosed = (at) => word('state', at) === '已办结';
const named = (at) => T.number[at] || `第${T.row[at]}行`;
// What leads to a ticket: its number, unless it has none or shares it with a row above.
const link = (at) => '#' + (byNumber.get(T.number[at]) === at ? T.number[at] : `第${T.row[at]}行`);
const who = (at) => word('holder', at);

// When a stage counts, and whether it was late: as reports/standing.py has it.
const startOf = (t, s) => (S.start[s] === null ? null : (T.received[t] || 0) + S.start[s]);
const sinceStart = (t, s, value) => (value === null ? null : (startOf(t, s) ?? T.received[t] ?? 0) + value);
const dueOf = (t, s) => sinceStart(t, s, S.due[s]);
const actualOf = (t, s) => sinceStart(t, s, S.actual[s]);
const BESIDE = 8;
const wasLate = (t, s) => !(S.marks[s] & BESIDE) && (S.verdict[s] === 7 || (S.verdict[s] === 4 && !isClosed(t)));
function lateWithin(t, rule, from, until) {
  for (let s = first[t]; s < first[t + 1]; s++) {
    if (!wasLate(t, s) || (rule !== '1' && every.rules[S.rule[s]].id !== rule)) continue;
    const counted = dueOf(t, s) ?? actualOf(t, s) ?? T.received[t];
    if (counted >= from && counted < until) return true;
  }
  return false;
}

let every = null;
async function ready() {
  every = await unpack($('data-tickets').textContent);
  T = every.tickets; S = every.stages;
  first = new Int32Array(T.row.length + 1);
  S.count.forEach((count, at) => { first[at + 1] = first[at] + count; });
  byNumber = new Map();
  for (let at = T.row.length - 1; at >= 0; at--) byNumber.set(T.number[at], at).set(`第${T.row[at]}行`, at);
  byNumber.delete('');
}

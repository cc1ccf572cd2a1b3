// States in sign and word, and how long there is left.

// Never colour alone: each state has its own sign and its word.
const SIGNS = {
  超时: ['late', 'M8 1.5 15 14H1zM8 6v4M8 11.6v.9'],
  临近: ['risk', 'M8 1.8a6.2 6.2 0 1 0 .01 0M8 4.5V8l2.6 1.6'],
  正常: ['good', 'M8 1.8a6.2 6.2 0 1 0 .01 0M5 8.2l2.1 2.1L11 6'],
  暂停: ['paused', 'M5.5 3v10M10.5 3v10'],
  未了事宜: ['pending', 'M8 1.5 14.5 8 8 14.5 1.5 8zM8 5.2v3.4M8 10.4v.8'],
  已办结: ['done', 'M2.5 8.5l3.6 3.6L13.5 4.2'],
  错误: ['late', 'M8 1.8a6.2 6.2 0 1 0 .01 0M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6'],
  警告: ['risk', 'M8 1.5 15 14H1zM8 6v4M8 11.6v.9'],
  提示: ['paused', 'M8 1.8a6.2 6.2 0 1 0 .01 0M8 7.2v4M8 4.4v.9'],
};
// By the number of the verdict (sla/verdict.py); without one: not yet, or nothing to do.
const VERDICT_SIGN = ['', '', '暂停', '临近', '超时', '暂停', '正常', '超时', '提示', '已办结'];
function sign(kind) {
  const [tone, path] = SIGNS[kind] || ['paused', 'M4 8h8'];
  return h('svg.sign.' + tone, { viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, h('path', { d: path }));
}
const badge = (state) => h('span.badge.' + (SIGNS[state] || ['paused'])[0], null, sign(state), state);

// How long there is left by the reader's clock. The state is that of the last pass: what passed since is said so.
function left(at) {
  const due = T.due[at], state = word('state', at);
  if (due === null) return null;
  const rest = due - now();
  if (rest < 0) return h('span.late', null, `已超 ${span(rest)}`, state === '超时' || state === '未了事宜' ? null : h('small', null, '（截至时还未到）'));
  return h(rest < 4 * HOUR || state === '临近' ? 'span.risk' : 'span', null, `还剩 ${span(rest)}`);
}

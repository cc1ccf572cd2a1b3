// The arithmetic line by line, as automation/sla/steps.py says it (a test holds the two together).
const REMEMBERED = '（登记表里现在是后一轮的时间，这个取自以前处理时的记录）';
const FROM_DAY = '（只有日期，从当天 23:59 算起）', BY_DAY = '（只有日期，按当天最早的时刻算）';
const NUMBERING = 'STD-03';
function steps(at, s) {
  const rule = every.rules[S.rule[s]], verdict = S.verdict[s], marks = S.marks[s], lines = [];
  const start = startOf(at, s), due = dueOf(at, s), actual = actualOf(at, s);
  const begin = every.events[S.begin[s]].name, end = every.events[S.end[s]].name;
  const ended = actual === null ? '' : (marks & 64 ? stamp(actual).slice(0, 10) + BY_DAY : stamp(actual)) + (marks & 4 ? REMEMBERED : '');
  if (S.reason[s]) lines.push(`${every.verdicts[verdict]}：${every.reasons[S.reason[s]]}`);
  if (rule.effective) lines.push(`按 ${rule.effective} 起生效的规则`);
  if (start === null) {
    if (verdict !== 0) lines.push(`起点还没有：${begin}`);
    if (actual !== null) lines.push(`${end} ${ended}`);
    if (actual !== null && rule.id === NUMBERING) lines.push(`kesu 在${begin}登记之前就编了号：编号不会超时`);
    return lines;
  }
  const began = `${begin} ${marks & 32 ? stamp(start).slice(0, 10) + FROM_DAY : stamp(start)}${marks & 2 ? REMEMBERED : ''}`;
  if (rule.promised) lines.push(`${began} 起，答应客户 ${due === null ? '' : stamp(due)} 前答复`);
  else if (due === null) lines.push(`${began}，${rule.span}`);
  else {
    const base = String(s) in S.moved ? sinceStart(at, s, S.moved[s]) : due;
    const limit = rule.condition ? (marks & 1 ? rule.extension : rule.limit) : rule.span;
    lines.push(`${began} + ${limit} = ${stamp(base)}`);
    if (rule.condition) lines.push(marks & 1 ? `有 ${rule.condition} 的记录，按 ${rule.extension}计` : `没有 ${rule.limit}内 ${rule.condition} 的记录，不延长`);
    if (base !== due) {
      every.pauses.filter(([t, , until]) => t === at && (until === null || until > start)).forEach(([, since, until]) => {
        const from = stamp(Math.max(since, start));
        lines.push(until === null ? `未了事宜：${from} 起停表，还没有恢复` : `未了事宜：${from} 停表，${stamp(until)} 恢复`);
      });
      lines.push(`停表之后，截止顺延到 ${stamp(due)}`);
    }
  }
  if (due !== null && !(String(s) in S.moved)) lines.push(...counted(rule, start, due));
  if (marks & 16) lines.push('截止时间落在放假安排还没有公布的年份，是暂定的');
  if (actual !== null) lines.push(`${end} ${ended}${verdict === 7 ? `，晚了 ${span(actual - due)}` : ''}`);
  else if (verdict === 4) lines.push(`现在 ${stamp(now()).slice(0, 16)}，已超过 ${span(now() - due)}`);
  else if (due !== null && (verdict === 2 || verdict === 3)) lines.push(now() > due ? `现在 ${stamp(now()).slice(0, 16)}，已超过 ${span(now() - due)}` : `现在 ${stamp(now()).slice(0, 16)}，还剩 ${span(due - now())}`);
  return lines;
}

// Which days between a start and a deadline counted, as automation/sla/counting.py says it.
let special = null;
function counted(rule, start, due) {
  if (!rule.clock || due < start || due - start >= 400 * DAY) return [];
  if (!special) special = new Map(every.days.map(([day, worked, why]) => [day, [worked, why === '休息日营业' ? '休息日' : why]]));
  const days = [];
  for (let day = Math.floor(start / DAY); day <= Math.floor(due / DAY); day++) days.push([day, ...(special.get(day) || [1, ''])]);
  if (rule.clock === 'wall') {
    const odd = days.filter(([, worked, why]) => !worked && why);
    return odd.length && days.length > 1 ? [`其中照算：${runs(odd.map(([day, , why]) => [day, why]))}`] : [];
  }
  const taken = days.filter(([, worked], n) => worked && n), leftOut = days.filter(([, worked], n) => !worked || !n);
  const lines = [];
  if (taken.length) lines.push(`计入 ${taken.length} 天：${runs(taken.map(([day, , why]) => [day, why ? `（${why}）` : '']))}`);
  if (leftOut.length) lines.push(`不计：${runs(leftOut.map(([day, , why], n) => [day, day === days[0][0] ? '起算当天不计' : why]))}`);
  return lines;
}
function runs(told) {
  const made = [];
  for (const [day, text] of told) {
    const last = made[made.length - 1];
    if (last && last[2] === text && day - last[1] === 1) last[1] = day;
    else made.push([day, day, text]);
  }
  const show = (day) => ymd(day * DAY).slice(5);
  const words = made.slice(0, 8).map(([a, b, text]) => `${a === b ? `${show(a)} 周${WEEKDAYS[parts(a * DAY).getUTCDay()]}` : `${show(a)}～${show(b)}`} ${text}`.trimEnd().replaceAll(' （', '（'));
  const more = made.slice(8).reduce((sum, [a, b]) => sum + b - a + 1, 0);
  return words.join('、') + (more ? `……另 ${more} 天` : '');
}

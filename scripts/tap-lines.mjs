// Reads TAP as tap writes it: says how each file went, shows in full what failed, and keeps tap's own count.

const point = /^( *)(not )?ok \d+(?: - (.*))?$/;
const subtest = /^( *)# Subtest: (.*)$/;
const total = /^# \{ (.*) \}$/;

/** The counts of tap's closing line `# { total: 3, pass: 2, fail: 1 }`. */
function readTotal(text) {
  const counts = Object.fromEntries(
    text.split(', ').map((entry) => {
      const [name, count] = entry.split(': ');
      return [name, Number(count)];
    }),
  );
  return {
    passed: counts.pass ?? 0,
    failed: counts.fail ?? 0,
    skipped: (counts.skip ?? 0) + (counts.todo ?? 0),
  };
}

/** Takes lines one by one; `print` gets what people should see. */
export function createTapReader(print) {
  const path = [];
  let failing;
  let counts;

  const onPoint = ([, indent, not, name = '']) => {
    const depth = indent.length / 4;
    failing = undefined;
    if (depth === 0)
      print(`${not ? 'FAILED' : 'ok    '} ${name.replace(/ # time=(\d+)[.\d]*ms$/, ' ($1 ms)')}`);
    else if (not && !name.endsWith('# SKIP') && !/# TODO/.test(name)) {
      print(`FAILED ${[...path.slice(0, depth), name].join(' › ')}`);
      failing = indent.length;
    }
    path.length = depth;
  };
  return {
    line(text) {
      const opened = subtest.exec(text);
      const reached = point.exec(text);
      const counted = total.exec(text);
      if (opened) {
        path.length = opened[1].length / 4;
        path.push(opened[2]);
      } else if (reached) onPoint(reached);
      else if (counted) counts = readTotal(counted[1]);
      else if (/^Bail out!/.test(text)) print(text);
      else if (failing !== undefined) {
        if (text.length > 0 && text.search(/\S/) < failing) failing = undefined;
        else print(text);
      }
    },
    counts: () => counts,
  };
}

// What stands on the live page beside its charts?

extension LivePage {
  static let parts = #"""
    const SIGNS = {good: '✓ ', warning: '! ', bad: '✕ ', pass: '✓', warn: '!', fail: '✕', pending: '…'};
    let shown = '', checks, checksNote, shaded, lists = {}, recent;

    function build() {
      const buttons = RANGES.map(([name, title]) => {
        const button = el('button', {type: 'button', 'aria-pressed': String(name === range)}, title);
        button.addEventListener('click', () => choose(name));
        return button;
      });
      checks = el('ul', {class: 'checks'});
      checksNote = el('p', {class: 'note'});
      recent = el('ul', {class: 'traces'});
      shaded = el('p', {});
      lists = {};
      charts = [];
      let heats = 0;
      const nodes = [
        el('div', {class: 'bar', role: 'group', 'aria-label': 'How far back'}, ...buttons,
          el('p', {}, 'Since the start at ' + new Date(data.began * 1000).toLocaleString('en-GB')), shaded),
        section('Is it healthy?', checks, checksNote)];
      data.sections.forEach(part => {
        const grid = el('div', {class: 'grid'}), own = el('div', {class: 'grid'});
        data.charts.forEach((layout, index) => {
          if (layout.section !== part.id) return;
          const chart = chartOf(layout, index, layout.bounds ? heats++ : null);
          charts.push(chart);
          grid.append(chart.node);
        });
        lists[part.id] = own;
        nodes.push(section(part.title, grid, own));
        if (part.id === 'machine') nodes.push(section('Recent traces with errors, or of over a second', recent));
      });
      put(main, ...nodes);
    }
    function section(title, ...children) {
      return el('section', {}, el('h2', {}, title), ...children);
    }
    function choose(name) {
      range = name;
      history.replaceState(null, '', '#' + name);
      ask();
    }

    function draw() {
      const text = JSON.stringify(data.verdict);
      // Said once, and not every second.
      if (text !== shown) {
        put(verdict, ...data.verdict.map(line => el('p', {class: line.level},
          el('b', {'aria-hidden': 'true'}, SIGNS[line.level]), line.text)));
        shown = text;
      }
      document.title = (data.level === 'good' ? '' : SIGNS[data.level]) + data.service;
      put(checks, ...data.checks.map(check));
      const more = data.check_count - data.checks.length;
      say(checksNote, more > 0 ? 'And ' + more + ' more.' :
        data.checks.length ? '' : 'No health check is set up.');
      const held = MARKS.filter(mark => data.marks.some(one => one > 0 && one & mark[0])).map(mark => mark[1]);
      say(shaded, held.length ? 'Shaded: ' + held.join(', ') : '');
      for (const id in lists) {
        put(lists[id], ...data.lists.filter(list => list.section === id).map(table));
        lists[id].className = lists[id].children.length ? 'grid more' : '';
      }
      put(recent, ...(data.traces.length ? data.traces.map(trace) : [el('li', {}, 'There is none.')]));
      for (const chart of charts) if (chart.isSeen) paint(chart);
    }

    function check(one) {
      const words = {pass: ' passes', warn: ' warns', fail: ' fails', pending: ' is not known yet'};
      const kind = {pass: 'good', warn: 'warning', fail: 'bad', pending: ''}[one.state];
      const span = data.points * data.step, from = data.at - span;
      const parts = [], strip = one.strip;
      strip.forEach((change, i) => {
        const start = Math.max(change[0], from), end = i + 1 < strip.length ? strip[i + 1][0] : data.at;
        if (end <= from) return;
        // The worse, the higher: the colour is not all that tells.
        const height = {pass: 5, pending: 2, warn: 9, fail: 14}[change[1]] || 2;
        parts.push(svg('rect', {class: 's-' + change[1], x: (start - from) / span * 1000, y: 14 - height,
          width: Math.max((end - start) / span * 1000, 4), height}));
      });
      const since = strip.length ? ' since ' + clock(strip[strip.length - 1][0], true) : '';
      return el('li', {class: kind}, el('b', {'aria-hidden': 'true'}, SIGNS[one.state]),
        el('span', {}, one.name + words[one.state] + (one.reason ? ': ' + one.reason : '') + since),
        svg('svg', {class: 'strip', viewBox: '0 0 1000 14', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
          ...parts));
    }
    function table(list) {
      return el('div', {class: 'card'}, el('table', {}, el('caption', {}, el('h3', {}, list.title)),
        el('tbody', {}, ...list.rows.map(row =>
          el('tr', {}, el('th', {scope: 'row'}, row[0]), el('td', {}, row[1]))))));
    }
    function trace(one) {
      const text = one.name + ' – ' + (one.ms === null ? 'active' : number(one.ms) + ' ms')
        + (one.error ? ', with errors' : '');
      const name = data.traces_path
        ? el('a', {href: base + data.traces_path + '?trace=' + encodeURIComponent(one.id)}, text) : text;
      return el('li', {}, clock(one.at, true) + ' ', name);
    }
    async function showTraces(chart) {
      const at = time(chart.cursor) - data.step, within = data.step;
      const heading = 'Traces of ' + clock(at, true);
      put(chart.traces, el('li', {}, heading + ' …'));
      try {
        const answer = await fetch(base + '/live-data?at=' + at.toFixed(3) + '&within=' + within, {
          cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(5000)});
        const found = (await answer.json()).traces;
        put(chart.traces, el('li', {}, heading + (found.length ? ':' : ': none is kept.')), ...found.map(trace));
      } catch (error) {
        put(chart.traces, el('li', {}, heading + ': no answer.'));
      }
    }

    """#

  static let start = #"""
    addEventListener('resize', () => { if (data) draw(); });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (data) draw(); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
    ask();
    })();
    """#
}

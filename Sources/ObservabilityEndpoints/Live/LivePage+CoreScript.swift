// How does the live page ask for its data, and keep them?

extension LivePage {
  /// Texts go into the page as texts alone, whoever has made them up.
  static let core = #"""
    'use strict';
    (function () {
    const base = document.body.dataset.base, main = document.getElementById('live');
    const verdict = document.getElementById('verdict'), SPACE = 'http://www.w3.org/2000/svg';
    const RANGES = [['10m', '10 minutes'], ['2h', '2 hours'], ['24h', '24 hours']];
    const MARKS = [[1, 'shutting down'], [2, 'in maintenance'], [4, 'the executor stuck']];
    let range = RANGES.some(r => '#' + r[0] === location.hash) ? location.hash.slice(1) : '10m';
    let data = null, isStale = false, isPart = false, charts = [], timer = 0, failures = 0, asked = 0;

    function fill(node, attributes, children) {
      for (const name in attributes || {}) {
        if (attributes[name] !== null) node.setAttribute(name, attributes[name]);
      }
      node.append(...children);
      return node;
    }
    const el = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
    const svg = (name, attributes, ...children) =>
      fill(document.createElementNS(SPACE, name), attributes, children);
    function put(node, ...children) { node.replaceChildren(...children); }
    function say(node, text) { if (node.textContent !== text) node.textContent = text; }

    function number(value) {
      if (value === null || value === undefined) return '–';
      const size = Math.abs(value);
      // Of what is rounded up to a thousand the next unit is told.
      if (size >= 999500) return Number((value / 1e6).toPrecision(3)) + ' M';
      if (size >= 10000) return Number((value / 1e3).toPrecision(3)) + ' k';
      return String(size >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
    }
    function clock(seconds, isLong) {
      const options = {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'};
      if (isLong) options.second = '2-digit';
      return new Date(seconds * 1000).toLocaleTimeString('en-GB', options);
    }

    // The last points of the range; where there is none yet, nothing.
    function take(answer) {
      if (answer.charts) {
        data = answer;
        data.values = answer.values.map(chart => chart.map(line => spread(line, answer.marks.length)));
      } else {
        const room = data.points;
        const keep = (old, more) => old.concat(more).slice(-room);
        data.marks = keep(data.marks, answer.marks);
        data.values = data.values.map((chart, c) => chart.map((line, l) => {
          const more = spread(answer.values[c][l], answer.marks.length);
          return {now: more.now, points: keep(line.points, more.points)};
        }));
        data.heat = data.heat.map((rows, h) => rows.map((row, r) => (row + answer.heat[h][r]).slice(-room)));
        for (const key of ['at', 'began', 'end', 'last', 'level', 'verdict', 'lists', 'traces']) {
          if (key in answer) data[key] = answer[key];
        }
        if (answer.told === 'all') data.checks = answer.checks;
        // Else only those that have changed are told.
        else for (const check of answer.checks || []) {
          const place = data.checks.findIndex(one => one.name === check.name);
          if (place < 0) data.checks.push(check); else data.checks[place] = check;
        }
      }
      // Too many have changed, or one was taken out and another added: all are asked for.
      isPart = answer.told === 'some' || data.checks.length > answer.check_count;
      data.first = data.last - data.marks.length + 1;
    }
    // A line that never changes comes with one value.
    function spread(line, count) {
      const points = line.slice(1);
      while (points.length < count) points.push(points.length ? points[0] : null);
      return {now: line[0], points: points.slice(0, count)};
    }
    function time(point) { return data.end - (data.last - point) * data.step; }

    async function ask() {
      clearTimeout(timer);
      // A tab that nobody sees asks nothing.
      if (document.hidden) return;
      const mine = ++asked;
      let query = '?range=' + range;
      if (data && !isStale && data.range === range) {
        query += '&since=' + data.last + '&epoch=' + data.epoch + '&seen=' + (isPart ? 0 : data.at);
      }
      try {
        const answer = await fetch(base + '/live-data' + query, {
          cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(5000)});
        if (!answer.ok) throw new Error('status ' + answer.status);
        const json = await answer.json();
        if (mine !== asked) return;
        if (json.v !== 1) {
          // A later server has a page of its own. What is none, as of a proxy, is not loaded again and again.
          if (data && json.v > 1) return location.reload();
          throw new Error('status: no live data');
        }
        const isForeign = !data || json.epoch !== data.epoch || json.range !== data.range;
        // Checks that were taken out, or added, are told of by a first answer alone.
        isStale = !json.charts && (isForeign || json.check_count !== data.check_count);
        if (!isStale) {
          take(json);
          if (json.charts) build();
          draw();
        }
        failures = 0;
      } catch (error) {
        if (mine !== asked) return;
        failures += 1;
        unanswered(error);
      }
      timer = setTimeout(ask, Math.min(1000 * (failures + 1), 5000));
    }
    function unanswered(error) {
      const since = data ? ' What is below is of ' + clock(data.at, true) + '.' : '';
      const why = /^status/.test(error.message) ? ' (' + error.message + ')' : '';
      put(verdict, el('p', {class: 'bad'}, el('b', {}, '✕ '), 'The server does not answer' + why + '.' + since));
      if (data) document.title = SIGNS.bad + data.service;
      shown = '';
    }

    """#
}

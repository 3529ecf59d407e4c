<!doctype html>
<html lang="en" data-gateway="<?= htmlspecialchars((string) getenv('TWINWIRE_URL')) ?>">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A long job</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/look.css">
  <link rel="stylesheet" href="job.css">
  <script type="module" src="job.js"></script>
</head>
<body>
  <header>
    <h1>A long job in PHP</h1>
    <p>A worker computes a picture, point by point, and tells this page of every row. Reload the page meanwhile: it has
      what was done before, and goes on. Nobody else can watch.</p>
  </header>
  <main class="sheet">
    <form id="start" class="bar">
      <label for="detail">Detail</label>
      <select id="detail" name="detail">
        <option value="300">rough</option>
        <option value="10000" selected>fine</option>
        <option value="50000">very fine</option>
      </select>
      <button class="main">Start</button>
      <output id="state" class="state"></output>
    </form>
    <progress id="progress" max="1" value="0" aria-label="Progress"></progress>
    <canvas id="picture" width="480" height="300" role="img" aria-label="The picture so far"></canvas>
  </main>
</body>
</html>

import { createHash } from 'node:crypto';

/** The whole look of our own pages. */
export const style = `:root{color-scheme:light dark}*{box-sizing:border-box}
body{margin:0;font:1.0625rem/1.6 system-ui,sans-serif;background:#f4f5f7;color:#1b1f24}
main{max-width:36rem;margin:12vh auto 3rem;padding:2rem 1.75rem;background:#fff;border:1px solid #d0d5dc;border-radius:.75rem}
header{display:flex;align-items:center;gap:.75rem;margin:0 0 1.5rem;font-weight:600}header img{max-height:2.5rem;max-width:12rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}p{margin:0 0 .9rem;overflow-wrap:anywhere}
a{color:#0b57b0}a.button{display:inline-block;padding:.55rem 1.1rem;border-radius:.4rem;background:#0b57b0;color:#fff;text-decoration:none;font-weight:600}
a:focus-visible,button:focus-visible{outline:3px solid #0b57b0;outline-offset:3px}
footer{margin-top:2rem;padding-top:1rem;border-top:1px solid #d0d5dc;font-size:.9375rem}
code{font:600 1.125rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere}code span+span{margin-left:.35em}
button{font:inherit;margin-left:.6rem;padding:.2rem .7rem;min-height:1.9rem;border:1px solid #5b6672;border-radius:.4rem;background:transparent;color:inherit;cursor:pointer}
@media (max-width:38rem){main{margin:0;min-height:100vh;border:0;border-radius:0;padding:1.5rem 1.25rem}}
@media (prefers-color-scheme:dark){body{background:#14171a;color:#e8eaed}main{background:#1e2226;border-color:#3a4149}
footer{border-color:#3a4149}a{color:#8ab8ff}a.button{background:#8ab8ff;color:#10233d}a:focus-visible,button:focus-visible{outline-color:#8ab8ff}
button{border-color:#9aa4b0}}`;

/**
 * Copies the request's id, and takes the part of the address behind `#`, which no server is sent, along over the
 * sign-in. Everything else of a page works without it.
 */
export const script = `(()=>{const d=document,c=d.getElementById('id'),b=d.getElementById('copy'),s=d.getElementById('sign-in')
if(b){b.hidden=false
b.onclick=async()=>{try{await navigator.clipboard.writeText(c.dataset.id)}
catch{const r=d.createRange();r.selectNodeContents(c);getSelection().removeAllRanges();getSelection().addRange(r);d.execCommand('copy')}
b.textContent=b.dataset.done}}
if(s&&s.hasAttribute('data-fragment')){s.href+=encodeURIComponent(location.hash);if(s.hasAttribute('data-go'))location.replace(s.href)}})()`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Our own pages load nothing and send nothing; only their own style and script apply. */
export function pageHeaders(hasLogo: boolean): string[] {
  const images = hasLogo ? ' img-src data:;' : '';
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)};${images} base-uri 'none'; form-action 'none'`;
  return [
    'Content-Type',
    'text/html; charset=utf-8',
    'Content-Security-Policy',
    policy,
    'X-Content-Type-Options',
    'nosniff',
    'Referrer-Policy',
    'no-referrer',
  ];
}

/** Whether a list is switched on. */
export function ListState({ enabled }: { readonly enabled: boolean }) {
  return <span class={enabled ? 'pill on' : 'pill off'}>{enabled ? 'On' : 'Off'}</span>;
}

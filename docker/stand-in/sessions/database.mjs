/** Who works here: roles and departments, as such platforms keep them. A department is what a bot is elsewhere. */
export const staff = {
  agent: { id: 7, name: 'Agent', role: 'operator', departments: ['support'] },
  seller: { id: 8, name: 'Seller', role: 'operator', departments: ['sales'] },
  newcomer: { id: 9, name: 'Newcomer', role: 'operator', departments: [] },
  chief: { id: 1, name: 'Chief', role: 'administrator', departments: ['support', 'sales', 'people'] },
};

/** Which department a person may see; an administrator sees each. */
export function maySee(person, department) {
  return person !== undefined && (person.role === 'administrator' || person.departments.includes(department));
}

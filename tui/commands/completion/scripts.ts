/** Each script hands over the line up to the cursor. What a daemon answers is never evaluated. */
export const SCRIPTS = {
  // It is told what to put in the place of $2, quoted as what stands before it.
  bash: `_atelier() {
  local reply line=\${COMP_LINE:0:COMP_POINT}
  COMPREPLY=()
  while IFS= read -r reply; do
    COMPREPLY+=("$reply")
  done < <(atelier complete --for-bash="$2" -- "$line" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _atelier atelier`,
  zsh: `#compdef atelier
_atelier() {
  local -a candidates open
  candidates=("\${(@f)$(atelier complete -- "\${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" 2>/dev/null)}")
  if [[ -z \${candidates[1]} ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
    return
  fi
  candidates=("\${(@)candidates//:/\\\\:}")
  candidates=("\${(@)candidates/$'\\t'/:}")
  [[ \${#candidates} -eq 1 && \${candidates[1]} == *=:* ]] && open=(-S '')
  _describe atelier candidates "\${(@)open}"
}
compdef _atelier atelier`,
  fish: `function __atelier_complete
  atelier complete -- (commandline -cp | string collect) 2>/dev/null
end
complete -c atelier -f -a '(__atelier_complete)'
complete -c atelier -n 'test (count (__atelier_complete)) -eq 0' -F`,
} as const;
